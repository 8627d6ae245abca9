"""Things that are looked at again later: what they are, and what the function that looks is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ariia.domain.identifiers import derived_id


class RevisitKind(StrEnum):
    """What is looked at again; each kind has one function that does. `message`: a single message without a record of
    its own; `questions`: those of a double opt-in; `lifted`: messages that wait for what a tenant has changed."""

    FOLLOW_UP = "follow_up"
    MESSAGE = "message"
    QUESTIONS = "questions"
    LIFTED = "lifted"
    SERIES = "series"
    EXPORT = "export"
    ERASURE = "erasure"


@dataclass(frozen=True)
class Revisit:
    """One thing to look at again. `key` tells it from all others of its kind and tenant, `facts` (JSON) are what its
    function needs beside kind and tenant."""

    kind: RevisitKind
    tenant_id: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def payload(self) -> dict[str, Any]:
        """The event of the function."""
        return {"kind": self.kind.value, "tenant_id": self.tenant_id, **self.facts}

    def name(self, at: int) -> str:
        """The name of the schedule for a look at `at` (epoch ms): the same for the same second, at most 64 letters."""
        return f"{self.kind}-{derived_id(self.tenant_id, self.key)}-{-(-at // 1000)}"
