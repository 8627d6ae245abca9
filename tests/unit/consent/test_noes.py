"""A no belongs to the address: whoever brings it, by whatever way, it reaches everybody who has it, now and later."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from ariia.domain.audit.entries import subject_of
from ariia.domain.channel import Channel
from ariia.domain.errors import ConflictError
from ariia.domain.imports.job import ContactStatus, ImportFormat
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.services.consent.member_consent import MemberConsent
from ariia.services.consent.stop_words import StopWords
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports
from ariia.services.imports.range import RangeImport
from ariia.services.members.members import Members
from ariia.services.members.opt_outs import OptOuts
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads

TENANT, MAIL = "gym", "family@example.com"
YESTERDAY = 1_790_000_000_000


class Desk:
    """`anna` and `ben` have one mailbox, and agreed to e-mail long ago."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = MemoryMembers(4, now=self.clock.now)
        opt_in = any_double_opt_in(clock=self.clock)
        self.members = Members(self.store, MemoryJobs(), opt_in, self.clock, CountingIds("new"))
        self.consent = MemberConsent(self.store, opt_in, self.clock)
        self.words = StopWords(self.store, self.consent, OptOuts(self.store, self.clock))
        self.has("anna")
        self.has("ben")

    def has(self, member_id: str) -> None:
        granted = Consent(ConsentStatus.GRANTED, "form", 1_600_000_000_000)
        assert self.store.save([Member(member_id, TENANT, email=MAIL, consent={"email": granted})]) == []

    def said(self) -> dict[str, str]:
        return {one.id: one.consent["email"].status.value for one in self.store.rows.values() if one.consent}

    def noted(self, member_id: str) -> int:
        return len(self.store.audit.page_of_member(TENANT, subject_of(TENANT, member_id), 100, None).entries)

    def imports(self, kind: ImportFormat, content: str, contacts: ContactStatus | None = None) -> None:
        jobs, uploads, work = MemoryJobs(), MemoryUploads(), MemoryRangeWork()
        opt_in = any_double_opt_in(clock=self.clock)
        made = Imports(jobs, uploads, opt_in, self.clock, CountingIds("i")).create(
            TENANT, kind, "anna", contact_status=contacts
        )
        uploads.put(made.entity.job.key, content.encode())
        ImportCutting(jobs, uploads, work, self.clock, lanes=4).run(made.entity.job.key)
        ranges = RangeImport(jobs, uploads, self.store, opt_in, work, self.clock, lanes=4)
        for task in work.tasks:
            ranges.run(task, stop_at=self.clock.now() + 60_000)


def _upsert(desk: Desk) -> None:
    desk.members.upsert(TENANT, "anna", {"consent": {"email": {"status": "denied"}}}, by="clerk")


def _upsert_of_a_new_member(desk: Desk) -> None:
    desk.members.upsert(TENANT, "carl", {"email": MAIL.upper(), "consent": {"email": {"status": "denied"}}}, by="clerk")


def _creation(desk: Desk) -> None:
    values = {"id": "carl", "email": MAIL, "consent": {"email": {"status": "denied", "at": YESTERDAY}}}
    desk.members.create(TENANT, values, by="clerk")


def _creation_of_a_member_who_exists(desk: Desk) -> None:
    with pytest.raises(ConflictError):
        desk.members.create(TENANT, {"id": "anna", "email": MAIL, "consent": {"email": {"status": "denied"}}}, by="c")


def _consent_call(desk: Desk) -> None:
    desk.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "denied"}, "api", "clerk")


def _link(desk: Desk) -> None:
    desk.consent.withdraw(TENANT, "anna", Channel.EMAIL, "one_click", YESTERDAY)


def _answer(desk: Desk) -> None:
    desk.words.take(TENANT, Channel.EMAIL, "STOP", at=YESTERDAY, event_id="e", by="bridge", member_id="anna")


def _answer_from_an_address(desk: Desk) -> None:
    desk.words.take(TENANT, Channel.EMAIL, "STOP", at=YESTERDAY, event_id="e", by="bridge", address=MAIL)


def _csv(desk: Desk) -> None:
    desk.imports(ImportFormat.CSV, f"email,consent_email\n{MAIL},no\n")


def _csv_by_id(desk: Desk) -> None:
    desk.imports(ImportFormat.CSV, "id,consent_email\nanna,no\n")


def _jsonl(desk: Desk) -> None:
    desk.imports(ImportFormat.JSONL, f'{{"id":"zoe","email":"{MAIL}","consent":{{"email":{{"status":"denied"}}}}}}\n')


def _mailchimp(desk: Desk) -> None:
    desk.imports(ImportFormat.MAILCHIMP, f"Email Address,UNSUB_TIME\n{MAIL},2026-01-01 10:00:00\n")


def _mailchimp_without_times(desk: Desk) -> None:
    desk.imports(ImportFormat.MAILCHIMP, f"Email Address\n{MAIL}\n", ContactStatus.UNSUBSCRIBED)


def _pinpoint_csv(desk: Desk) -> None:
    desk.imports(ImportFormat.PINPOINT_CSV, f"ChannelType,Address,OptOut,User.UserId\nEMAIL,{MAIL},ALL,u1\n")


def _pinpoint_jsonl(desk: Desk) -> None:
    desk.imports(ImportFormat.PINPOINT_JSONL, f'{{"ChannelType":"EMAIL","Address":"{MAIL}","OptOut":"ALL"}}\n')


WAYS = [
    _upsert,
    _upsert_of_a_new_member,
    _creation,
    _creation_of_a_member_who_exists,
    _consent_call,
    _link,
    _answer,
    _answer_from_an_address,
    _csv,
    _csv_by_id,
    _jsonl,
    _mailchimp,
    _mailchimp_without_times,
    _pinpoint_csv,
    _pinpoint_jsonl,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_no_reaches_everybody_who_has_the_address_now_and_later(way: Callable[[Desk], None]) -> None:
    desk = Desk()
    way(desk)
    desk.has("late")

    assert set(desk.said().values()) == {"denied"}
    assert {"anna", "ben", "late"} <= desk.said().keys()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_no_that_is_said_again_changes_nothing(way: Callable[[Desk], None]) -> None:
    desk = Desk()
    way(desk)
    before = {one: (desk.store.rows[TENANT, one].version, desk.noted(one)) for one in ("anna", "ben")}
    with suppress(ConflictError):
        way(desk)

    assert {one: (desk.store.rows[TENANT, one].version, desk.noted(one)) for one in before} == before


def test_yes_that_is_later_than_the_no_stands() -> None:
    desk = Desk()
    desk.consent.set(TENANT, "ben", Channel.EMAIL, {"status": "granted", "at": YESTERDAY + 1}, "api", "clerk")
    _link(desk)

    assert desk.said() == {"anna": "denied", "ben": "granted"}


def test_no_without_a_date_that_comes_every_night_does_not_outdate_a_yes_from_between() -> None:
    desk = Desk()
    _csv(desk)
    signed_at = desk.clock.now() + 1_000
    desk.clock.advance(86_400_000)
    _csv(desk)
    desk.consent.set(TENANT, "anna", Channel.EMAIL, {"status": "granted", "at": signed_at}, "api", "clerk")

    assert desk.said()["anna"] == "granted"
