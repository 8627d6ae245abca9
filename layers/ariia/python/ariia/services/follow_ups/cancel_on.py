"""Follow-ups that an event of their member makes pointless (`cancel_on`)."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import FollowUpStatus
from ariia.ports.events import Reaction
from ariia.ports.follow_ups import FollowUpStore
from ariia.services.follow_ups.ending import FollowUpEnding


class CancelOnEvent(Reaction):
    """Cancels them, and lists in the event's `cancelled` those that it ended."""

    def __init__(self, follow_ups: FollowUpStore, ending: FollowUpEnding) -> None:
        self._follow_ups, self._ending = follow_ups, ending

    def react(self, event: MemberEvent, by: str, note: Callable[[], None]) -> None:
        """Cancels the member's open follow-ups that name the event, unless a sender holds their message."""
        for follow_up in self._follow_ups.open_of_member(event.tenant_id, event.member_id):
            if not follow_up.is_cancelled_by(event.name, event.conversation_id):
                continue
            ended = self._ending.cancel(follow_up, by=by, reason=event.name)
            if ended.status is FollowUpStatus.CANCELLED and ended.id not in event.cancelled:
                event.cancelled.append(ended.id)
                note()
