"""The steps of a restore. Nothing is remembered but what AWS shows: each step looks whether it is done, so that the
command may be killed anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.restore.comparison import compare
from infra.restore.event_sources import EventSources
from infra.restore.plan import RestoreError, RestorePlan
from infra.restore.settings import TableSettings
from infra.restore.tables import Tables


@dataclass(frozen=True)
class Step:
    """`asks`: what a person has to agree to before it."""

    says: str
    is_done: Callable[[], bool]
    act: Callable[[], None]
    asks: str = ""


class Restore:
    """Replaces the plan's table by what it was. `tell` takes lines to show, `agrees` a question that a person says yes
    or no to."""

    def __init__(
        self,
        plan: RestorePlan,
        dynamodb: Any,
        functions: Any,
        tables: Tables,
        *,
        tell: Callable[[str], None],
        agrees: Callable[[str], bool],
    ) -> None:
        self._plan, self._dynamodb, self._tables = plan, dynamodb, tables
        self._tell, self._agrees = tell, agrees
        self._sources = EventSources(functions, tables, plan)
        self._settings = TableSettings(dynamodb, tables, plan)

    def run(self, *, dry: bool = False) -> None:
        """Does what is not done. Raises RestoreError where it can't go on, or a person does not agree."""
        self._check()
        for number, step in enumerate(self._steps(), 1):
            is_done = step.is_done()
            self._tell(f"{number}. {step.says}: {'done' if is_done else 'to do' if dry else 'now'}")
            if is_done or dry:
                continue
            if step.asks and not self._agrees(step.asks):
                raise RestoreError("stopped before this step; the same command goes on here")
            step.act()

    def _steps(self) -> list[Step]:
        plan, tables = self._plan, self._tables
        stop = Step(
            "stop the stage's event sources",
            lambda: self._is_replaced() or self._sources.are("Disabled"),
            lambda: self._sources.switch(on=False),
            asks="Are all campaigns paused that are sending? Queues wait, and nothing is counted, until this is over.",
        )
        replace = Step(
            f"make {plan.table} anew", self._is_replaced, lambda: tables.restore_from(self._backup_arn(), plan.table)
        )
        finish = [
            Step("set up what a restored table lacks", lambda: not self._settings.lacking(), self._settings.set),
            Step(
                "start the event sources",
                lambda: self._sources.are("Enabled"),
                lambda: self._sources.switch(on=True),
                asks="Done what docs/operations.md says about this table, like cancelling what has been sent since?",
            ),
        ]
        if plan.stream is not None:
            finish.append(Step("count from the new stream", self._is_counted, self._tell_to_deploy))
        return [stop, *([] if plan.at is None else self._copying()), replace, *finish]

    def _copying(self) -> list[Step]:
        """From the table that is there to a backup of what it was, and away with it."""
        plan, tables = self._plan, self._tables
        at = plan.at
        assert at is not None
        return [
            Step(
                f"restore {plan.table} as of {at:%Y-%m-%dT%H:%M:%SZ} into {plan.copy}",
                lambda: self._is_replaced() or tables.is_active(plan.copy),
                lambda: tables.restore_to(plan.table, plan.copy, at),
            ),
            Step(f"compare the two, and back up {plan.copy}", self._is_copy_safe, self._compare_and_back_up),
            Step(
                f"back up {plan.table} as it is, the way back",
                lambda: self._is_deleted() or tables.is_backed_up(plan.table, plan.way_back),
                lambda: tables.back_up(plan.table, plan.way_back),
            ),
            Step(
                f"DELETE {plan.table}",
                self._is_deleted,
                lambda: tables.delete(plan.table),
                asks=f"Delete {plan.table}? It comes back from {plan.copy_backup}; {plan.way_back} is the way back.",
            ),
        ]

    def _check(self) -> None:
        plan, tables = self._plan, self._tables
        if plan.at is None and tables.backup(plan.table, kind="SYSTEM") is None:
            raise RestoreError(f"DynamoDB has no backup of a deleted {plan.table}: give the instant to go back to")
        if plan.at is not None and tables.describe(plan.table) is None and not self._is_copy_safe():
            hint = "what it held when it was deleted comes back with AT=deletion, and nothing else of it does"
            raise RestoreError(f"there is no table {plan.table}: {hint}")

    def _compare_and_back_up(self) -> None:
        self._tell(str(compare(self._dynamodb, self._plan.copy, self._plan.table)))
        if not self._agrees(
            f"Look at {self._plan.copy} as long as you like. Is this what {self._plan.table} shall be?"
        ):
            raise RestoreError(f"stopped; delete {self._plan.copy} if another instant is wanted")
        self._tables.back_up(self._plan.copy, self._plan.copy_backup)

    def _is_copy_safe(self) -> bool:
        return self._tables.is_backed_up(self._plan.copy, self._plan.copy_backup)

    def _backup_arn(self) -> str:
        plan, tables = self._plan, self._tables
        if plan.at is None:
            found = tables.backup(plan.table, kind="SYSTEM")
        else:
            found = tables.backup(plan.copy, name=plan.copy_backup)
        return str(found["BackupArn"]) if found else ""

    def _is_replaced(self) -> bool:
        """Whether the table is the one that was made from the backup: DynamoDB tells where a table comes from."""
        found = self._tables.describe(self._plan.table)
        arn = self._backup_arn()
        made_from = found.get("RestoreSummary", {}).get("SourceBackupArn") if found else None
        return bool(arn) and made_from == arn and found is not None and found["TableStatus"] == "ACTIVE"

    def _is_deleted(self) -> bool:
        found = self._tables.describe(self._plan.table)
        return found is None or self._backup_arn() == found.get("RestoreSummary", {}).get("SourceBackupArn")

    def _is_counted(self) -> bool:
        return self._sources.reads(self._stream())

    def _stream(self) -> str:
        return str((self._tables.describe(self._plan.table) or {}).get("LatestStreamArn"))

    def _tell_to_deploy(self) -> None:
        raise RestoreError(
            f'put "ledger_stream": "{self._stream()}" into the stage\'s part of cdk.json and deploy: that replaces the '
            "event source of the stream that went with the table. Run the same command again to see that it is done"
        )
