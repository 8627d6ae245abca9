"""The series that the reference shows."""

from __future__ import annotations

from typing import Any

from functions.api.campaigns.examples import PARTS, STORED, WRITTEN

_NOT_OF_A_SERIES = (
    "type",
    "follow_up_of",
    "follow_up_condition",
    "follow_up_after_hours",
)
RULE: dict[str, Any] = {
    "rrule": "FREQ=WEEKLY;BYDAY=MO",
    "starts_on": "2026-03-02",
    "local_time": "09:00",
    "timezone": "Europe/Berlin",
}
WRITTEN_SERIES: dict[str, Any] = {
    **{name: value for name, value in WRITTEN.items() if name not in _NOT_OF_A_SERIES},
    "name": "Monday letter",
    "rule": RULE,
}
OCCURRENCE: dict[str, Any] = {
    "local": "2026-03-09T09:00:00",
    "at": "2026-03-09T08:00:00.000Z",
    "starts_at": "2026-03-09T08:00:00.000Z",
}
MADE: dict[str, Any] = {
    "campaign_id": "01k9r5b0q2w4e6r8t0y3u5i7op",
    "status": "sent",
    "occurrence": {
        "local": "2026-03-02T09:00:00",
        "at": "2026-03-02T08:00:00.000Z",
        "starts_at": "2026-03-02T08:00:00.000Z",
    },
}
STORED_SERIES: dict[str, Any] = {
    "id": "01k9r4a7t2n4h6p8s0v3x5y7ab",
    "tenant_id": "studio-nord",
    "status": "active",
    "member_local_time": False,
    "late_members": "next_day",
    "misfire": STORED["misfire"],
    "created_by": "anna",
    "created_at": "2026-02-27T09:00:00.000Z",
    "updated_at": "2026-03-01T13:00:00.000Z",
    "version": 4,
    "submitted_hash": STORED["submitted_hash"],
    "approved_hash": STORED["approved_hash"],
    "approved_by": "ben",
    "approved_at": "2026-02-27T10:30:00.000Z",
    "feedback": None,
    "next_occurrence": OCCURRENCE,
    "made_at": "2026-03-08T12:00:00.000Z",
    "missed": None,
    "actions": ["edit", "pause", "end"],
}
SERIES_SUMMARY = {name: value for name, value in (WRITTEN_SERIES | STORED_SERIES).items() if name not in PARTS}
