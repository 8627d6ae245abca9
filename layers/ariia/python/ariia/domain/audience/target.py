"""The target of a campaign, as it is stored: whom it means, and who is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TargetType(StrEnum):
    """How `target_filter_json` names the audience."""

    ALL_MEMBERS = "all_members"
    SEGMENT = "segment"
    SELECTED = "selected"
    TAGS = "tags"


class FollowUpCondition(StrEnum):
    """Which recipients of the earlier campaign a follow-up goes to, by what they did."""

    NOT_OPENED = "not_opened"
    OPENED = "opened"
    CLICKED = "clicked"
    NOT_CLICKED = "not_clicked"
    FAILED = "failed"


@dataclass(frozen=True)
class SegmentCopy:
    """A segment as it was when the campaign was submitted. A static one is its list, which stays where it is."""

    name: str
    is_dynamic: bool = True
    filter_json: dict[str, Any] = field(default_factory=dict)


@dataclass
class Target:
    """Who is meant: the filter of the target type, and who is left out. `segments` holds a copy of each segment that
    these name, by id; it is filled at submit."""

    target_filter_json: dict[str, Any] = field(default_factory=dict)
    exclude: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, SegmentCopy] = field(default_factory=dict)
