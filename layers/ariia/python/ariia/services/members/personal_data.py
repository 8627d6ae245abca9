"""What is stored about a member beside the rooms that use it: the row, notes of engagement, and the audit trail."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.audit.entries import subject_of
from ariia.domain.documents import encode
from ariia.domain.members.engagement import latest, since
from ariia.domain.members.member import Member
from ariia.ports.audit import AuditTrail
from ariia.ports.members.engagement import EngagementStore
from ariia.ports.members.members import MemberStore
from ariia.ports.personal_data import Erasing, Found, Told

_PAGE = 100
_REDACTED_AT_ONCE = 50


class EngagementStep:
    """Takes the member out of the notes of what members were sent and did, which would be settled some day."""

    name = "engagement"
    tables = ("engagement",)

    def __init__(self, engagement: EngagementStore) -> None:
        self._engagement = engagement

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. What was settled lies in the member's row; notes are no kind of thing of their own."""
        return Found()

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        self._engagement.forget(erasure.tenant_id, erasure.who)
        return None


class AuditStep:
    """Leaves of the entries about the member, and about addresses that nobody else has, that something happened, and a
    hash of what it was."""

    name = "audit"
    tables = ("audit",)

    def __init__(self, trail: AuditTrail, members: MemberStore) -> None:
        self._trail, self._members = trail, members

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        subjects = [subject_of(erasure.tenant_id, erasure.who), *self._addresses(erasure)]
        named = sum(self._trail.redact(erasure.tenant_id, one, 0) for one in subjects)
        return Found(subjects, {"audit_rows": named} if named else {})

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for subject in found.items:
            while self._trail.redact(erasure.tenant_id, subject, _REDACTED_AT_ONCE) > _REDACTED_AT_ONCE:
                pass
        return None

    def _addresses(self, erasure: Erasing) -> list[str]:
        """Their hashes; one that serves several channels once."""
        mine = (key.split("#") for key in erasure.addresses)
        alone = (one for channel, one in mine if not self._members.sharers(erasure.tenant_id, channel, one))
        return list(dict.fromkeys(alone))


class MemberSection:
    """The member's row, with the engagement that is not settled into it yet. Consent and suppression of the member's
    addresses stand in the row."""

    name = document = "member"
    tables = ("members", "engagement", "addresses", "suppressions")

    def __init__(self, engagement: EngagementStore) -> None:
        self._engagement = engagement

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection. One row."""
        noted = since(self._engagement.noted(member.tenant_id, member.id), member.created_at)
        return Told([encode(replace(member, engagement=latest(member.engagement, noted)))])


class AuditSection:
    """The entries of the audit trail about the member, newest first."""

    name = document = "audit"
    tables = ("audit",)

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        subject = subject_of(member.tenant_id, member.id)
        page = self._trail.page_of_member(member.tenant_id, subject, _PAGE, after)
        return Told([encode(one) for one in page.entries], page.after)
