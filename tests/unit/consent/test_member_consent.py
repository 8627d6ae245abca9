"""Consent, and its withdrawal by whoever holds the mailbox."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.members.consent_changes import MAX_HISTORY
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.services.consent.member_consent import MemberConsent
from tests.builders import any_double_opt_in
from tests.doubles.clock import ManualClock
from tests.doubles.members.members import MemoryMembers

TENANT, MAIL = "studio", "family@example.com"
GRANTED = Consent(ConsentStatus.GRANTED, "form", 1_000)


class Setting:
    def __init__(self) -> None:
        self.store, self.clock = MemoryMembers(), ManualClock()
        self.consent = MemberConsent(self.store, any_double_opt_in(), self.clock)

    def add(self, member_id: str, email: str | None = MAIL, consent: Consent | None = GRANTED) -> None:
        self.store.save([Member(member_id, TENANT, email=email, consent={"email": consent} if consent else {})])

    def member(self, member_id: str) -> Member:
        member = self.store.get(TENANT, member_id)
        assert member is not None
        return member


class KilledError(BaseException):
    """The process is gone."""


class DyingAfterOneWrite:
    """A store whose user is killed right after the first write."""

    def __init__(self, store: MemoryMembers) -> None:
        self._store, self._written = store, False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)
        if name not in ("save", "withdraw"):
            return call

        def once(*arguments: Any) -> Any:
            if self._written:
                raise KilledError
            self._written = True
            return call(*arguments)

        return once


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_withdrawal_holds_for_everybody_with_the_address(setting: Setting) -> None:
    setting.add("anna")
    setting.add("ben")
    setting.add("carla", email="carla@example.com")

    assert setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 2_000) == ["anna", "ben"]

    for member_id in ("anna", "ben"):
        assert refusal(setting.member(member_id), Channel.EMAIL) is ExclusionReason.NO_CONSENT
        assert setting.member(member_id).consent["email"] == Consent(ConsentStatus.DENIED, "one_click", 2_000)
    assert refusal(setting.member("carla"), Channel.EMAIL) is None


def test_repeated_withdrawal_changes_nothing(setting: Setting) -> None:
    setting.add("anna")
    setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 2_000)
    before = setting.member("anna")

    setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "page", 3_000)

    assert setting.member("anna") == before


def test_consent_given_after_the_withdrawal_stands(setting: Setting) -> None:
    setting.add("anna", consent=Consent(ConsentStatus.GRANTED, "desk", 5_000))

    setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 2_000)

    assert setting.member("anna").consent["email"].status is ConsentStatus.GRANTED


def test_member_without_address_can_withdraw(setting: Setting) -> None:
    setting.add("anna", email=None, consent=None)

    assert setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "page", 2_000) == ["anna"]
    assert setting.member("anna").consent["email"].status is ConsentStatus.DENIED


def test_withdrawal_of_an_unknown_member_is_not_found(setting: Setting) -> None:
    with pytest.raises(NotFoundError):
        setting.consent.withdraw(TENANT, "nobody", Channel.EMAIL, "one_click", 2_000)


def test_member_who_joins_the_address_later_is_opted_out_too(setting: Setting) -> None:
    setting.add("anna")
    setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 2_000)
    setting.add("ben")

    assert setting.member("ben").consent["email"].status is ConsentStatus.DENIED


def test_later_word_wins_and_every_change_is_kept(setting: Setting) -> None:
    setting.add("anna", consent=None)
    for status, at in (("granted", "2026-01-02"), ("denied", "2026-01-03"), ("granted", "2026-01-01")):
        setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": status, "at": at, "source": at}, "api", "clerk")

    anna = setting.member("anna")
    assert (anna.consent["email"].status, anna.consent["email"].source) == (ConsentStatus.DENIED, "2026-01-03")
    assert [entry.source for entry in anna.consent_history] == ["2026-01-02", "2026-01-03"]


def test_denial_wins_against_a_grant_of_the_same_instant(setting: Setting) -> None:
    setting.add("anna")
    setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "denied", "at": 1_000}, "api", "clerk")
    setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "granted", "at": 1_000}, "api", "clerk")

    assert setting.member("anna").consent["email"].status is ConsentStatus.DENIED


def test_a_grant_from_between_two_noes_does_not_come_back(setting: Setting) -> None:
    """The second no changes nothing on the member, who is out already: it must be remembered all the same."""
    setting.add("anna", consent=Consent(ConsentStatus.DENIED, "desk", 2_000))
    setting.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 4_000)

    setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "granted", "at": 3_000}, "api", "clerk")
    assert setting.member("anna").consent["email"].status is ConsentStatus.DENIED

    setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "granted", "at": 5_000}, "api", "clerk")
    assert setting.member("anna").consent["email"].status is ConsentStatus.GRANTED


def test_a_no_holds_for_all_even_when_the_process_dies_after_its_first_write(setting: Setting) -> None:
    setting.add("anna")
    setting.add("ben")
    dying = MemberConsent(DyingAfterOneWrite(setting.store), any_double_opt_in(), setting.clock)

    with suppress(KilledError):
        dying.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", 2_000)

    assert {setting.member(one).consent["email"].status for one in ("anna", "ben")} == {ConsentStatus.DENIED}


def test_word_without_a_date_is_said_now(setting: Setting) -> None:
    setting.add("anna")
    member = setting.consent.set(TENANT, "anna", Channel.SMS, {"status": "pending"}, "desk", "clerk")

    assert member.consent["sms"] == Consent(ConsentStatus.PENDING, "desk", setting.clock.now(), by="clerk")


def test_history_is_bounded_to_the_latest(setting: Setting) -> None:
    setting.add("anna", consent=None)
    for number in range(MAX_HISTORY + 5):
        status = "granted" if number % 2 else "denied"
        setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": status, "at": 1_000 + number}, "api", "clerk")

    history = setting.member("anna").consent_history
    assert [entry.at for entry in history] == [1_005 + number for number in range(MAX_HISTORY)]


def test_malformed_consent_is_refused_by_field(setting: Setting) -> None:
    setting.add("anna")
    with pytest.raises(InvalidError) as refused:
        setting.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "yes", "why": "so"}, "api", "clerk")

    assert {problem.field for problem in refused.value.problems} == {"consent.status", "consent.why"}


def test_who_unsubscribes_from_a_test_send_opts_the_named_address_out(setting: Setting) -> None:
    setting.add("anna")
    test_recipient = id_of_test_recipient(Channel.EMAIL, MAIL)
    assert setting.consent.withdraw(TENANT, test_recipient, Channel.EMAIL, "page", 2_000) == ["anna"]
    assert refusal(setting.member("anna"), Channel.EMAIL) is ExclusionReason.NO_CONSENT
    nobody = id_of_test_recipient(Channel.EMAIL, "nobody@example.com")
    assert setting.consent.withdraw(TENANT, nobody, Channel.EMAIL, "page", 2_000) == []
    setting.add("ben", email="nobody@example.com")
    assert setting.member("ben").consent["email"].status is ConsentStatus.DENIED
