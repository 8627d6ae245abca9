"""Killed before and after every call to the world, once for each: nobody is forgotten and nobody is sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.creation import Creation
from ariia.domain.errors import UnknownOutcomeError
from ariia.domain.follow_ups import FollowUpStatus
from ariia.domain.ledger.receipt import EventKind
from ariia.ports.ledger.sending import EntryOutcome, SendCall
from tests.builders import TENANT
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk
from tests.unit.ground.fuse import Fuse, KilledError

_MOST_CALLS = 200


def a_life(fuse: Fuse) -> FollowUpDesk:
    """One follow-up from its creation to its end, the client repeating what was not answered."""
    desk = FollowUpDesk(fuse.around)
    fuse.armed = True
    fields = desk.fields()
    for _ in range(3):
        try:
            desk.follow_ups.create(TENANT, "agent", fields, Creation("k1", "print"))
            break
        except KilledError:
            continue
    desk.live(75, (KilledError,))
    fuse.armed = False
    return desk


def moments(life: Any) -> int:
    fuse = Fuse()
    life(fuse)
    return fuse.count


def test_there_is_something_to_kill() -> None:
    assert 30 < moments(a_life) < _MOST_CALLS


def test_killed_anywhere_it_is_sent_exactly_once_and_counted_once() -> None:
    for moment in range(moments(a_life)):
        desk = a_life(Fuse(moment))
        assert desk.world.provider.members == ["anna"], moment
        assert desk.stored(desk.follow_ups.get(TENANT, "k1")).status is FollowUpStatus.SENT, moment
        assert desk.used() == (1, 0), moment


def an_unanswered_life(fuse: Fuse) -> FollowUpDesk:
    """The provider's answer is lost; its event comes."""
    desk = FollowUpDesk(fuse.around)
    desk.follow_ups.create(TENANT, "agent", desk.fields(), Creation("k1", "print"))

    def loses(call: SendCall) -> list[EntryOutcome]:
        desk.world.report(EventKind.SENT, call, "anna", provider_id="p-1")
        raise UnknownOutcomeError("ReadTimeout")

    desk.world.provider.answer = loses
    fuse.armed = True
    desk.live(90, (KilledError,))
    fuse.armed = False
    return desk


def test_killed_anywhere_while_its_outcome_is_unknown_it_is_sent_exactly_once() -> None:
    for moment in range(moments(an_unanswered_life)):
        desk = an_unanswered_life(Fuse(moment))
        assert desk.world.provider.members == ["anna"], moment
        assert desk.follow_ups.get(TENANT, "k1").status is FollowUpStatus.SENT, moment


def a_cancelled_life(fuse: Fuse, minutes_before: int) -> FollowUpDesk:
    """Cancelled by an event, early or when it is queued already; the client repeats what was not answered."""
    desk = FollowUpDesk(fuse.around)
    fields = desk.fields(cancel_on=["member_replied"])
    desk.follow_ups.create(TENANT, "agent", fields, Creation("k1", "print"))
    desk.clock.advance((HOUR_MS - minutes_before * 60_000) / 1000)
    desk.fire()
    fuse.armed = True
    event = {"member_id": "anna", "name": "member_replied"}
    for _ in range(3):
        try:
            desk.member_events.take(TENANT, "agent", event, Creation("e1", "print"))
            break
        except KilledError:
            continue
    fuse.armed = False
    desk.live(75)
    return desk


@pytest.mark.parametrize("minutes_before", [0, 30])
def test_killed_anywhere_a_cancel_holds(minutes_before: int) -> None:
    def life(fuse: Fuse) -> FollowUpDesk:
        return a_cancelled_life(fuse, minutes_before)

    for moment in range(moments(life)):
        desk = life(Fuse(moment))
        assert desk.world.provider.members == [], moment
        ended = desk.follow_ups.get(TENANT, "k1")
        assert (ended.status, desk.used()) == (FollowUpStatus.CANCELLED, (0, 0)), moment
        event = desk.events.get(TENANT, "e1")
        assert event is not None, moment
        assert event.handled_at is not None, moment
