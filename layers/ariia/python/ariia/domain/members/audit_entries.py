"""What the audit trail says about a change of a member. Derived from the change itself: no path can forget it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ariia.domain.audit.entries import AuditEntry, AuditKind, subject_of
from ariia.domain.channel import MESSAGE_CHANNELS
from ariia.domain.members.member import Consent, Member, Suppression, TrackingChoice


def entries_of(before: Member | None, after: Member | None, at: int) -> list[AuditEntry]:
    """What one write changed of consent, suppression and tracking, noted at `at` (epoch ms)."""
    member = after or before
    assert member is not None
    made = [*_consents(before, after), *_suppressions(before, after), *_tracking(before, after)]
    if after is None:
        made.append(AuditEntry(AuditKind.MEMBER, "deleted", 0, "api"))
    return [replace(about(member, one), at=at) for one in made]


def about(member: Member, entry: AuditEntry) -> AuditEntry:
    """The entry, about this member."""
    return replace(entry, member_id=member.id, subject=subject_of(member.tenant_id, member.id))


def _consents(before: Member | None, after: Member | None) -> Iterator[AuditEntry]:
    for channel in MESSAGE_CHANNELS:
        new = after.consent.get(channel) if after else None
        if new is not None and new != (before.consent.get(channel) if before else None):
            yield consented(new, channel.value)


def consented(consent: Consent, channel: str) -> AuditEntry:
    """The entry for a member's word on a channel, still without member and instant."""
    said = {"said_at": consent.at} | ({"proof": consent.proof} if consent.proof else {})
    by = consent.by or consent.source
    return AuditEntry(AuditKind.CONSENT, consent.status.value, 0, by, None, None, channel, None, consent.source, said)


def _suppressions(before: Member | None, after: Member | None) -> Iterator[AuditEntry]:
    was: Mapping[str, Suppression] = before.suppression if before else {}
    will: Mapping[str, Suppression] = after.suppression if after else {}
    for channel, new in will.items():
        if channel not in was:
            yield suppressed(new, channel)
    if after is not None:
        for channel in was.keys() - will.keys():
            yield AuditEntry(AuditKind.SUPPRESSION, "left_address", 0, "api", channel=channel)


def suppressed(suppression: Suppression, channel: str) -> AuditEntry:
    """The entry for a suppression, still without member and instant."""
    return AuditEntry(
        AuditKind.SUPPRESSION,
        "suppressed",
        0,
        suppression.by or "provider",
        channel=channel,
        reason=suppression.note or suppression.reason,
        details={"reason": suppression.reason, "since": suppression.at},
    )


def _tracking(before: Member | None, after: Member | None) -> Iterator[AuditEntry]:
    new: TrackingChoice | None = after.tracking if after else None
    if new is not None and new != (before.tracking if before else None):
        details = {"opens": new.opens, "clicks": new.clicks}
        yield AuditEntry(AuditKind.TRACKING, "chosen", 0, new.by or new.source, reason=new.source, details=details)
