"""Something that happened to a member, told by another system: it cancels follow-ups, and starts what waits for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.errors import Problem

NAME_PATTERN = r"^[a-z][a-z0-9_.:-]{0,63}$"
_NAME = re.compile(NAME_PATTERN)
MAX_DATA_BYTES = 16_384
MESSAGE_RECEIVED = "message_received"


@dataclass
class MemberEvent:
    """`name` happened to the member at `at` (epoch ms). `cancelled` are the follow-ups that it ended, once known."""

    id: str
    tenant_id: str
    member_id: str
    name: str
    at: int
    conversation_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    received_at: int = 0
    received_by: str = ""
    cancelled: list[str] = field(default_factory=list)
    handled_at: int | None = None
    fingerprint: str | None = None

    @property
    def position(self) -> str:
        """Its place among the member's events: sorts by when it came in."""
        return f"{self.received_at:013d}#{self.id}"


def event_names_problem(names: list[str], field_name: str) -> Problem | None:
    """What is wrong with names of events; None when nothing is."""
    wrong = [one for one in names if not _NAME.fullmatch(one)]
    if wrong:
        return Problem(field_name, "is not the name of an event", value=wrong[0][:80], allowed=NAME_PATTERN)
    return None


def data_problem(data: Mapping[str, Any], field_name: str, limit: int = MAX_DATA_BYTES) -> Problem | None:
    """What is wrong with the free data of an event or a conversation; None when nothing is."""
    size = len(json.dumps(data))
    if size > limit:
        return Problem(field_name, "is too large", value=f"{size} bytes", allowed=f"at most {limit} bytes as JSON")
    return None
