"""Follow-ups of a member. An erasure stops them at once, and takes them away, with their messages, when nothing that
was running may write any more; an export tells them and their messages."""

from __future__ import annotations

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.documents import encode
from ariia.domain.members.member import Member
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.personal_data import Erasing, Found, Told
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.sending.export_section import MemberMessages
from ariia.services.single_messages.erasing import SingleEraser

_PAGE = 25
_IN_FLIGHT = "a follow-up that a sender holds"


class StopFollowUpsStep:
    """Cancels what waits. What a sender holds goes its way: the row that it looks for is gone."""

    name = "stop_follow_ups"
    # What it stops is taken away by FollowUpsStep.
    tables = ()

    def __init__(self, store: FollowUpStore, ending: FollowUpEnding) -> None:
        self._store, self._ending = store, ending

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. They are counted when they go."""
        return Found(self._store.open_of_member(erasure.tenant_id, erasure.who))

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for follow_up in found.items:
            self._ending.cancel(follow_up, by=erasure.requested_by, reason=str(ExclusionReason.ERASED))
        return None


class FollowUpsStep:
    """Takes every follow-up away, one by one: its message, and the record that leads to it last."""

    name = "follow_ups"
    tables = ("follow-ups",)

    def __init__(self, store: FollowUpStore, ending: FollowUpEnding, singles: SingleEraser) -> None:
        self._store, self._ending, self._singles = store, ending, singles

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        found, end = self._store.of_member(erasure.tenant_id, erasure.who, 1, erasure.after)
        if erasure.counted is not None and end != erasure.counted:
            return Found(end=erasure.counted, is_last=False)
        if not found:
            return Found(end=end or "", is_last=end is None)
        receipts = self._singles.receipts(erasure.tenant_id, found[0].container_id, erasure.who)
        counts = {"follow_ups": 1} | ({"receipts": receipts} if receipts else {})
        return Found(found, counts, end or "", is_last=False)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for follow_up in found.items:
            ended = follow_up
            if not ended.is_over:
                # Made by a request that was on its way when the member went.
                ended = self._ending.cancel(follow_up, by=erasure.requested_by, reason=str(ExclusionReason.ERASED))
            if not ended.is_over or not self._singles.erase(ended.tenant_id, ended.container_id, ended.member_id):
                return _IN_FLIGHT
            self._store.remove(ended)
        return None


class FollowUpsSection:
    """The member's follow-ups, newest first."""

    name = document = "follow_ups"
    tables = ("follow-ups",)

    def __init__(self, store: FollowUpStore) -> None:
        self._store = store

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page, end = self._store.of_member(member.tenant_id, member.id, _PAGE, after)
        return Told([encode(one) for one in page], end)


class FollowUpMessagesSection:
    """The messages of the member's follow-ups, newest first."""

    name = "follow_up_messages"
    document = "messages"
    tables = ()

    def __init__(self, store: FollowUpStore, messages: MemberMessages) -> None:
        self._store, self._messages = store, messages

    def page(self, member: Member, after: str | None) -> Told:
        """See ExportSection."""
        page, end = self._store.of_member(member.tenant_id, member.id, _PAGE, after)
        return Told([row for one in page for row in self._messages.of_single(one.container_id, member)], end)
