"""Whose fault a refusal is: one recipient's, or everybody's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.domain.errors import PermanentSendError, SenderStoppedError, ThrottledError
from ariia.domain.pause_cause import PauseCause
from ariia.ports.ledger.sending import (
    Accepted,
    Addressee,
    EntryOutcome,
    Refused,
    Returned,
    SendCall,
    SenderStopped,
    Skeleton,
)
from ariia.services.sending.halving import POSTPONED, send_halving

WORDS = "BadRequestException: something about it"
REFUSED = SenderStopped(WORDS, PauseCause.CONTENT)


class Provider:
    """Refuses a call as a whole when one of the `guilty` is in it; everybody where None."""

    def __init__(self, guilty: set[str] | None, error: Callable[[], Exception] = lambda: PermanentSendError(WORDS)):
        self.guilty, self.error, self.calls = guilty, error, list[int]()

    def send(self, call: SendCall) -> list[EntryOutcome]:
        self.calls.append(len(call.recipients))
        if self.guilty is None or self.guilty & {one.member_id for one in call.recipients}:
            raise self.error()
        return [Accepted("x") for _ in call.recipients]


class Answering:
    """Answers each entry as `of` says."""

    def __init__(self, of: Callable[[str], EntryOutcome]) -> None:
        self.of = of

    def send(self, call: SendCall) -> list[EntryOutcome]:
        return [self.of(one.member_id) for one in call.recipients]


def call(size: int) -> SendCall:
    recipients = [Addressee(f"m{number:02d}", f"m{number}@x.example", "{}", {}) for number in range(size)]
    return SendCall("a@studio.example", None, "set", Skeleton("s", "h", "t"), {}, recipients)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_what_is_refused_for_everybody_fails_nobody_and_takes_three_calls_at_most(size: int) -> None:
    provider = Provider(None)
    found = send_halving(provider, call(size))
    assert found == {f"m{number:02d}": REFUSED for number in range(size)}
    assert len(provider.calls) == (1 if size == 1 else 3)


@pytest.mark.parametrize("guilty", [{"m00"}, {"m49"}, {"m10", "m11"}, {"m24"}])
def test_guilty_entries_stand_alone_while_others_are_taken(guilty: set[str]) -> None:
    found = send_halving(Provider(guilty), call(50))
    assert {one for one, outcome in found.items() if isinstance(outcome, Refused)} == guilty
    assert sum(isinstance(outcome, Accepted) for outcome in found.values()) == 50 - len(guilty)


def test_one_bad_address_in_each_half_is_no_fault_of_the_content() -> None:
    about_address = Provider({"m00", "m49"}, lambda: PermanentSendError("no @domain", about_recipient=True))
    found = send_halving(about_address, call(50))
    assert {one for one, outcome in found.items() if isinstance(outcome, Refused)} == {"m00", "m49"}


def test_refusal_of_one_alone_counts_as_theirs_when_it_is_about_their_address() -> None:
    about_address = Provider(None, lambda: PermanentSendError("no @domain", about_recipient=True))
    assert send_halving(about_address, call(1)) == {"m00": Refused("no @domain", about_recipient=True)}
    assert set(send_halving(about_address, call(4)).values()) == {SenderStopped("no @domain", PauseCause.CONTENT)}


def test_refusal_of_one_alone_counts_as_theirs_when_others_got_the_message() -> None:
    assert send_halving(Provider(None), call(1), proven=True) == {"m00": Refused(WORDS)}


def test_where_a_person_went_on_all_are_halved_down_and_fail_one_by_one() -> None:
    assert set(send_halving(Provider(None), call(4), proven=True).values()) == {Refused(WORDS)}


def test_entries_that_are_all_refused_in_the_same_words_fail_nobody() -> None:
    assert set(send_halving(Answering(lambda _: Refused(WORDS)), call(5)).values()) == {REFUSED}
    assert send_halving(Answering(lambda _: Refused(WORDS)), call(1)) == {"m00": REFUSED}


def test_entries_that_are_refused_in_words_of_their_own_fail() -> None:
    found = send_halving(Answering(lambda one: Refused(f"spam {one}")), call(3))
    assert all(isinstance(outcome, Refused) for outcome in found.values())


def test_an_entry_that_is_refused_while_others_are_throttled_is_not_believed_to_be_guilty() -> None:
    throttled = Returned("ACCOUNT_THROTTLED")
    found = send_halving(Answering(lambda one: Refused(WORDS) if one == "m00" else throttled), call(3))
    assert found == {"m00": REFUSED, "m01": throttled, "m02": throttled}


def test_what_the_provider_says_of_the_account_is_everybodys_at_once() -> None:
    provider = Provider(None, lambda: SenderStoppedError("not verified", PauseCause.SANDBOX))
    assert set(send_halving(provider, call(50)).values()) == {SenderStopped("not verified", PauseCause.SANDBOX)}
    assert provider.calls == [50]


def test_throttled_and_late_calls_take_nobody() -> None:
    assert set(send_halving(Provider(None, lambda: ThrottledError("slow")), call(2)).values()) == {Returned("slow")}
    late = Provider(None)
    assert set(send_halving(late, call(2), lambda: False).values()) == {POSTPONED}
    assert late.calls == []


def test_time_that_ends_between_two_halves_leaves_the_second_for_later() -> None:
    ticks = iter([True, True, False])
    found = send_halving(Provider({"m00"}), call(2), lambda: next(ticks))
    assert found == {"m00": REFUSED, "m01": POSTPONED}
