"""Follow-ups of a member who is erased: stopped at once, and gone, with their messages, when nothing runs any more."""

from __future__ import annotations

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.privacy.erasure import Erasure
from ariia.ports.follow_ups import FollowUpStore
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.privacy.erasure.singles import SingleEraser
from ariia.services.privacy.erasure.steps import Found

_IN_FLIGHT = "a follow-up that a sender holds"


class StopFollowUpsStep:
    """Cancels what waits. What a sender holds goes its way: the row that it looks for is gone."""

    name = "stop_follow_ups"

    def __init__(self, store: FollowUpStore, ending: FollowUpEnding) -> None:
        self._store, self._ending = store, ending

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep. They are counted when they go."""
        return Found(self._store.open_of_member(erasure.tenant_id, erasure.who))

    def erase(self, erasure: Erasure, found: Found) -> str | None:
        """See ErasureStep."""
        for follow_up in found.items:
            self._ending.cancel(follow_up, by=erasure.requested_by, reason=str(ExclusionReason.ERASED))
        return None


class FollowUpsStep:
    """Takes every follow-up away, one by one: its message, and the record that leads to it last."""

    name = "follow_ups"

    def __init__(self, store: FollowUpStore, ending: FollowUpEnding, singles: SingleEraser) -> None:
        self._store, self._ending, self._singles = store, ending, singles

    def find(self, erasure: Erasure) -> Found:
        """See ErasureStep."""
        found, end = self._store.of_member(erasure.tenant_id, erasure.who, 1, erasure.after)
        if erasure.counted is not None and end != erasure.counted:
            return Found(end=erasure.counted, is_last=False)
        if not found:
            return Found(end=end or "", is_last=end is None)
        receipts = self._singles.receipts(erasure.tenant_id, found[0].container_id, erasure.who)
        counts = {"follow_ups": 1} | ({"receipts": receipts} if receipts else {})
        return Found(found, counts, end or "", is_last=False)

    def erase(self, erasure: Erasure, found: Found) -> str | None:
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
