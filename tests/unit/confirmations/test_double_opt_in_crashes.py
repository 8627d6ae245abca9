"""Killed before and after every call to the world, once for each: nobody waits unasked, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import LinkState
from ariia.domain.creation import Creation
from ariia.domain.errors import UnknownOutcomeError
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.member import Consent, ConsentStatus
from ariia.ports.ledger.sending import EntryOutcome, SendCall
from tests.builders import TENANT
from tests.unit.confirmations.confirmation_desk import MAIL, ConfirmationDesk
from tests.unit.ground.fuse import Fuse, KilledError

_MOST_CALLS = 300
Act = Callable[[ConfirmationDesk], object]


def by_upsert(desk: ConfirmationDesk) -> None:
    desk.sign_up()


def by_consent(desk: ConfirmationDesk) -> None:
    desk.set({"status": "granted", "at": desk.clock.now()})


def by_preferences(desk: ConfirmationDesk) -> None:
    said = Consent(ConsentStatus.GRANTED, "preferences", desk.clock.now())
    desk.consent.grant(TENANT, "anna", Channel.EMAIL, said, own_link=True)


def by_moving(desk: ConfirmationDesk) -> None:
    desk.put(email=MAIL)


def by_asking_again(desk: ConfirmationDesk) -> None:
    desk.again.ask(TENANT, "anna", Channel.EMAIL, Creation("k1", "print"))


def prepared(act: Act, fuse: Fuse) -> ConfirmationDesk:
    """Anna as she is before `act`."""
    desk = ConfirmationDesk(fuse.around)
    if act in (by_consent, by_preferences):
        desk.put(email=MAIL)
    if act is by_moving:
        desk.choose()
        desk.sign_up(email="old@example.com")
        desk.choose(double_opt_in=True)
    if act is by_asking_again:
        desk.choose()
        desk.sign_up(status="pending")
        desk.choose(double_opt_in=True)
    return desk


def a_life(act: Act, fuse: Fuse, *, repeats: bool) -> ConfirmationDesk:
    """From the wish to the settled question; who got no answer repeats it, or does not."""
    desk = prepared(act, fuse)
    fuse.armed = True
    for _ in range(3 if repeats else 1):
        try:
            act(desk)
            break
        except KilledError:
            continue
    desk.live(20, (KilledError,))
    fuse.armed = False
    desk.live(10)
    return desk


def containers(desk: ConfirmationDesk) -> list[str]:
    return [key.split("#")[1] for key in desk.world.ledger.batches]


def moments(life: Callable[[Fuse], object]) -> int:
    fuse = Fuse()
    life(fuse)
    return fuse.count


@pytest.mark.parametrize("act", [by_upsert, by_consent, by_preferences, by_moving, by_asking_again])
def test_killed_anywhere_whoever_waits_is_asked_exactly_once(act: Act) -> None:
    count = moments(lambda fuse: a_life(act, fuse, repeats=True))
    assert 20 < count < _MOST_CALLS
    for moment in range(count):
        desk = a_life(act, Fuse(moment), repeats=True)
        assert desk.word().status is ConsentStatus.PENDING, moment
        assert desk.asked == [MAIL], moment
        assert desk.noted.page(TENANT, "anna", 9, None) == containers(desk), moment
        assert desk.schedules.waiting == {}, moment
        assert desk.page.confirm(desk.token(), "1-en").state is LinkState.CONFIRMED, moment


@pytest.mark.parametrize("act", [by_upsert, by_consent, by_preferences, by_moving])
def test_a_client_that_never_repeats_leaves_nobody_waiting_unasked(act: Act) -> None:
    for moment in range(moments(lambda fuse: a_life(act, fuse, repeats=False))):
        desk = a_life(act, Fuse(moment), repeats=False)
        member = desk.world.members.get(TENANT, "anna")
        waits = member is not None and member.email == MAIL and "email" in member.consent
        assert desk.asked == ([MAIL] if waits else []), moment
        assert desk.schedules.waiting == {}, moment


def test_killed_anywhere_while_the_answer_is_lost_the_question_goes_out_once() -> None:
    def life(fuse: Fuse) -> ConfirmationDesk:
        desk = ConfirmationDesk(fuse.around)
        desk.sign_up()

        def loses(call: SendCall) -> list[EntryOutcome]:
            desk.world.report(EventKind.SENT, call, "anna", provider_id="p-1")
            raise UnknownOutcomeError("ReadTimeout")

        desk.world.provider.answer = loses
        fuse.armed = True
        desk.live(30, (KilledError,))
        fuse.armed = False
        desk.live(10)
        return desk

    for moment in range(moments(life)):
        desk = life(Fuse(moment))
        assert desk.asked == [MAIL], moment
        assert desk.schedules.waiting == {}, moment
