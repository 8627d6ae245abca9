"""Suppressions that people make and lift."""

from __future__ import annotations

from ariia.domain.audit.entries import AuditEntry, AuditKind
from ariia.domain.members.member import Suppression

MANUAL = "manual"
HARD_BOUNCE, COMPLAINT = "hard_bounce", "complaint"


def lifted(suppression: Suppression, channel: str, by: str, reason: str) -> AuditEntry:
    """The entry for a lifted suppression, still without member and instant."""
    details = {"reason": suppression.reason, "since": suppression.at}
    return AuditEntry(AuditKind.SUPPRESSION, "lifted", 0, by, channel=channel, reason=reason, details=details)
