"""The campaign that the reference shows."""

from __future__ import annotations

from typing import Any

WRITTEN: dict[str, Any] = {
    "name": "Spring offer",
    "description": "Ten weeks for the price of eight",
    "type": "broadcast",
    "channel": "email",
    "target_type": "tags",
    "target_filter_json": {"any": ["trial", "paused"], "none": ["staff"]},
    "exclude": {"tags": ["complained-in-person"], "member_ids": ["m-4711"]},
    "follow_up_of": None,
    "follow_up_condition": None,
    "follow_up_after_hours": None,
    "template_id": "01k9qjx2v4c1m8r6t5w3y7z0ab",
    "content_subject": "{{ member.first_name|default('Hello') }}, your spring starts here",
    "content_body": "",
    "content_html": "<p>Until {{ offer_end }} you train ten weeks for the price of eight.</p>",
    "content_values": {"offer_end": "31 March"},
    "sender": "Studio Nord <news@studio-nord.example>",
    "reply_to": "team@studio-nord.example",
    "one_per_address": True,
    "track_opens": True,
    "track_clicks": True,
}
STORED: dict[str, Any] = {
    "id": "01k9qjz7t2n4h6p8s0v3x5y7ab",
    "tenant_id": "studio-nord",
    "status": "approved",
    "ai_prompt": None,
    "preview_token": None,
    "preview_expires_at": None,
    "scheduled_at": None,
    "scheduled_local": None,
    "scheduled_timezone": None,
    "member_local_time": False,
    "late_members": "next_day",
    "misfire": {"policy": "send", "after_seconds": 3_600},
    "series_id": None,
    "occurrence_at": None,
    "sent_at": None,
    "created_by": "anna",
    "stats_sent": 0,
    "stats_delivered": 0,
    "stats_opened": 0,
    "stats_clicked": 0,
    "stats_failed": 0,
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T10:30:00.000Z",
    "version": 3,
    "targeted": None,
    "submitted_hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "approved_hash": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "approved_by": "ben",
    "feedback": None,
    "paused_at": None,
    "pause_reason": None,
    "pause_cause": None,
    "waves": [],
    "parked": None,
    "failure_reason": None,
    "despite": [],
    "actions": ["edit", "send", "cancel"],
    "waits": [],
}
PARTS = (
    "content_subject",
    "content_body",
    "content_html",
    "content_values",
    "reply_to",
    "target_filter_json",
    "exclude",
)
SUMMARY = {name: value for name, value in (WRITTEN | STORED).items() if name not in PARTS}
PARKED = {
    "since": "2026-03-01T18:04:00.000Z",
    "reason": "the account's 24-hour quota is used up; sending goes on by itself as it frees up",
    "until": "2026-03-02T18:04:00.000Z",
}
FINDING = {
    "code": "long_subject",
    "severity": "warning",
    "message": "the subject has 161 characters; many clients cut it",
    "line": 1,
    "field": "content_subject",
}
WAVE = {"not_before": "2026-03-01T08:00:00.000Z", "zone": "Europe/Berlin"}
