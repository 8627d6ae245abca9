"""The statuses of what is sent (concept, section 1)."""

from __future__ import annotations

from enum import StrEnum


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    AI_GENERATING = "ai_generating"
    PENDING_REVIEW = "pending_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


# What something that is paused reads as. It rests as `sending`: its run settles what was on its way.
PAUSED = "paused"
