"""Logical table names and their physical form: the one place both the models and the hot path take them from."""

from __future__ import annotations

TENANTS = "tenants"
CAMPAIGNS = "campaigns"
CAMPAIGN_PARTS = "campaign-parts"
SERIES = "series"
TEMPLATES = "templates"
SENDERS = "senders"
SEGMENTS = "segments"
SEGMENT_MEMBERS = "segment-members"
MEMBERS = "members"
ENGAGEMENT = "engagement"
ADDRESSES = "addresses"
AUDIT = "audit"
SUPPRESSIONS = "suppressions"
LEDGER = "ledger"
STATISTICS = "statistics"
JOBS = "jobs"
SEND_RATES = "send-rates"
FOLLOW_UPS = "follow-ups"
EVENTS = "events"
QUOTAS = "quotas"

ALL = (
    TENANTS,
    CAMPAIGNS,
    CAMPAIGN_PARTS,
    SERIES,
    TEMPLATES,
    SENDERS,
    SEGMENTS,
    SEGMENT_MEMBERS,
    MEMBERS,
    ENGAGEMENT,
    ADDRESSES,
    AUDIT,
    SUPPRESSIONS,
    LEDGER,
    STATISTICS,
    JOBS,
    SEND_RATES,
    FOLLOW_UPS,
    EVENTS,
    QUOTAS,
)

# Range key prefix, in campaign-parts, of recipients who are no members.
STAND_IN = "recipient#"


def physical(prefix: str, table: str) -> str:
    """The name a table has in the account."""
    return f"{prefix}-{table}"
