"""How follow-ups end before their time, and what is settled when they are over."""

from __future__ import annotations

from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.follow_ups import FollowUpStatus, ScheduledFollowUp
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.tenants.plan import Feature
from ariia.ports.clock import Clock
from ariia.ports.follow_ups import FollowUpStore
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.tenants.quotas import Quotas

SYSTEM = "system"
_TRIES = 8


class FollowUpEnding:
    """Cancels follow-ups, and keeps their accounts."""

    def __init__(self, store: FollowUpStore, singles: SingleMessages, quotas: Quotas, clock: Clock) -> None:
        self._store, self._singles, self._quotas, self._clock = store, singles, quotas, clock

    def account(self, follow_up: ScheduledFollowUp) -> None:
        """Settles or gives back the unit of the plan of one that is over; repeating it changes nothing."""
        settle = follow_up.status is FollowUpStatus.SENT
        change = self._quotas.settle if settle else self._quotas.give_back
        change(follow_up.tenant_id, Feature.FOLLOW_UPS, follow_up.id, follow_up.follow_up_at)

    def cancel(self, follow_up: ScheduledFollowUp, *, by: str, reason: str) -> ScheduledFollowUp:
        """Cancels it unless its message is held by a sender or it is over; the follow-up as it stands then. Of this and
        a firing at the same time one wins: the record decides before it is on its way, its batch after that."""
        for _ in range(_TRIES):
            if follow_up.is_over:
                break
            if follow_up.sending_at is not None:
                standing = self._singles.cancel(stub(follow_up), follow_up.member_id)
                if standing.in_flight:
                    break
                follow_up.end_as(standing.entries[0], at=self._clock.now(), by=by)
                follow_up.status_reason = reason if is_cancelled(follow_up) else follow_up.status_reason
            else:
                follow_up.end(FollowUpStatus.CANCELLED, at=self._clock.now(), by=by, reason=reason)
            if self._store.save(follow_up):
                break
            follow_up = self._read(follow_up)
        else:
            raise TransientError("the follow-up changed too often; try again")
        if follow_up.is_over:
            self.account(follow_up)
        return follow_up

    def _read(self, follow_up: ScheduledFollowUp) -> ScheduledFollowUp:
        fresh = self._store.get(follow_up.tenant_id, follow_up.id)
        if fresh is None:
            raise NotFoundError("there is no follow-up with this id")
        return fresh


def stub(follow_up: ScheduledFollowUp) -> Dispatch:
    """As much of the follow-up's container as finding its batch needs."""
    return Dispatch(
        id=follow_up.container_id,
        tenant_id=follow_up.tenant_id,
        channel=follow_up.channel,
        kind=DispatchKind.FOLLOW_UP,
    )


def is_cancelled(follow_up: ScheduledFollowUp) -> bool:
    """True when it ended unsent."""
    return follow_up.status is FollowUpStatus.CANCELLED
