"""What is to be restored: the table of a stage, the instant, and what the table has to be like in the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pynamodb.attributes import Attribute, TTLAttribute

from ariia.adapters.dynamodb.models import TABLES, logical_name
from ariia.adapters.dynamodb.names import physical
from infra.config import StageConfig
from infra.paths import FUNCTIONS, ROOT

# Instead of an instant: what a deleted table held, of which DynamoDB keeps a backup for 35 days.
DELETION = "deletion"
_AGGREGATE_STATS = "aggregate_stats"


class RestoreError(Exception):
    """The restore can't begin or go on; the message says what to do."""


@dataclass(frozen=True)
class RestorePlan:
    """`at` is None for a table that was deleted. `expiry`: the attribute of its TTL; `stream`: its view type."""

    prefix: str
    table: str
    at: datetime | None
    expiry: str | None
    stream: str | None
    recoverable: bool
    protected: bool
    tags: tuple[tuple[str, str], ...]
    functions: frozenset[str]

    @classmethod
    def of(cls, config: StageConfig, table: str, at: str) -> Self:
        """The plan for the table of this logical name (`ledger`) and an instant like `2026-11-30T08:15:00Z`. Raises
        RestoreError."""
        model = next((one for one in TABLES if logical_name(one) == table), None)
        if model is None:
            known = ", ".join(sorted(map(logical_name, TABLES)))
            raise RestoreError(f"TABLE is {table!r}; it takes one of {known}")
        attributes: list[Attribute[object]] = list(model.get_attributes().values())
        return cls(
            prefix=config.prefix,
            table=physical(config.prefix, table),
            at=None if at == DELETION else _instant(at),
            expiry=next((one.attr_name for one in attributes if isinstance(one, TTLAttribute)), None),
            stream=getattr(model.Meta, "stream_view_type", None),
            recoverable=config.retain_data,
            protected=config.deletion_protection,
            tags=(("application", "ariia"), ("stage", config.stage)),
            functions=frozenset(_function_names(config)),
        )

    @property
    def stamp(self) -> str:
        """The instant as a part of names, so that what was begun for it is found again."""
        return self.at.strftime("%Y%m%dT%H%M%SZ") if self.at else DELETION

    @property
    def copy(self) -> str:
        """The table as it was at the instant, to look at."""
        return f"{self.table}-restored-{self.stamp}"

    @property
    def copy_backup(self) -> str:
        """Name of the backup that the table is made from anew."""
        return f"{self.table}-of-{self.stamp}"

    @property
    def way_back(self) -> str:
        """Name of the backup of the table as it was before it was replaced."""
        return f"{self.table}-before-{self.stamp}"

    @property
    def counter(self) -> str:
        """Name of the function that reads the ledger's stream."""
        return _function_name(self.prefix, _AGGREGATE_STATS)


def stage_config(stage: str, file: Path = ROOT / "cdk.json") -> StageConfig:
    """The stage as cdk.json has it. Raises ConfigError."""
    return StageConfig.from_context(stage, json.loads(file.read_text())["context"]["stages"])


def _instant(text: str) -> datetime:
    wanted = f"AT is {text!r}; it takes an instant like 2026-11-30T08:15:00Z, or the word {DELETION}"
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RestoreError(wanted) from None
    if at.tzinfo is None:
        raise RestoreError(f"{wanted}: it lacks its time zone")
    return at.astimezone(UTC).replace(microsecond=0)


def _function_names(config: StageConfig) -> list[str]:
    folders = [path.parent.name for path in FUNCTIONS.glob("*/handler.py")]
    senders = [f"{config.prefix}-send-batch-{channel}" for channel in config.channels]
    return [*senders, *(_function_name(config.prefix, one) for one in folders)]


def _function_name(prefix: str, folder: str) -> str:
    return f"{prefix}-{folder.replace('_', '-')}"
