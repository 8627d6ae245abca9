"""The audit trail: who changed what a tenant may do with whom, when and why. Derived from the change itself, so that
no path can forget it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ariia.domain.channel import MESSAGE_CHANNELS
from ariia.domain.documents import encode
from ariia.domain.members.member import Consent, Member, Suppression, TrackingChoice


class AuditKind(StrEnum):
    """What an entry is about."""

    CONSENT = "consent"
    SUPPRESSION = "suppression"
    TRACKING = "tracking"
    MEMBER = "member"
    SETTINGS = "settings"
    ERASURE = "erasure"
    EXPORT = "export"


@dataclass(frozen=True)
class AuditEntry:
    """One change. `at` is when we noted it (epoch ms), `subject` tells members apart without naming them, `address` is
    a hash. `details` are the kind's own: of a consent its proof and when it was said."""

    kind: AuditKind
    action: str
    at: int
    by: str
    member_id: str | None = None
    subject: str | None = None
    channel: str | None = None
    address: str | None = None
    reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str | None:
        """What it is found by beside its instant: the member's subject or, where none is named, the address."""
        return self.subject or self.address

    @property
    def is_named(self) -> bool:
        """True while it leads to somebody: until it is redacted."""
        return self.member_id is not None or self.address is not None


def subject_of(tenant_id: str, member_id: str) -> str:
    """What stands for a member where the id itself must not outlive an erasure."""
    return hashlib.sha256(f"{tenant_id}\x1f{member_id}".encode()).hexdigest()[:32]


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


def redacted(entry: AuditEntry) -> AuditEntry:
    """What stays of an entry when its member is erased: that it happened, and a hash of all that it said."""
    by_member = entry.by == entry.member_id
    kept = replace(entry, member_id=None, address=None, reason=None, by="member" if by_member else entry.by)
    return replace(kept, details={"sha256": digest(encode(entry))})


def digest(document: Any) -> str:
    """SHA-256 of a JSON value in one form (sorted, without blanks): what stays of a proof when its member is erased.
    Whoever still has the document can show that it is the one."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
