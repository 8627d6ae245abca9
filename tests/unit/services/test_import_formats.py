"""Exports of Mailchimp and Pinpoint: what their lines say about members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ariia.adapters.memory.clock import CountingIds, ManualClock
from ariia.adapters.memory.jobs import MemoryJobs
from ariia.adapters.memory.members import MemoryMembers
from ariia.adapters.memory.uploads import MemoryRangeWork, MemoryUploads
from ariia.domain.errors import InvalidError
from ariia.domain.import_job import ImportFormat, ImportState
from ariia.domain.import_mailchimp import mailchimp_values
from ariia.domain.import_pinpoint import pinpoint_values
from ariia.domain.member import Member
from ariia.services.import_cutting import ImportCutting
from ariia.services.import_range import RangeImport
from ariia.services.imports import Imports, ImportView
from tests.builders import any_double_opt_in

EXAMPLES = Path(__file__).parents[3] / "examples"
SUBSCRIBED = (EXAMPLES / "mailchimp_subscribed.csv").read_bytes()
UNSUBSCRIBED = (EXAMPLES / "mailchimp_unsubscribed.csv").read_bytes()
CLEANED = (EXAMPLES / "mailchimp_cleaned.csv").read_bytes()
ENDPOINTS_CSV = (EXAMPLES / "pinpoint_endpoints.csv").read_bytes()
ENDPOINTS_JSON = (EXAMPLES / "pinpoint_endpoints.jsonl").read_bytes()


class Desk:
    def __init__(self) -> None:
        self.clock, self.jobs, self.uploads = ManualClock(), MemoryJobs(), MemoryUploads()
        self.members, self.queue = MemoryMembers(4), MemoryRangeWork()
        self.imports = Imports(self.jobs, self.uploads, any_double_opt_in(), self.clock, CountingIds("j"))

    def imports_file(self, kind: ImportFormat, content: bytes, times: int = 1) -> ImportView:
        made = self.imports.create("gym", kind, "anna").entity.job
        self.uploads.put(made.key, content)
        ImportCutting(self.jobs, self.uploads, self.queue, self.clock, lanes=16).run(made.key)
        tasks, self.queue.tasks = self.queue.tasks, []
        for task in tasks * times:
            RangeImport(
                self.jobs, self.uploads, self.members, any_double_opt_in(), self.queue, self.clock, lanes=16
            ).run(task, stop_at=self.clock.now() + 60_000)
        view = self.imports.get("gym", made.id)
        assert view.progress.state is ImportState.DONE, view.progress
        return view

    def by(self, **fields: Any) -> Member:
        found = [one for one in self.members.rows.values() if all(getattr(one, n) == v for n, v in fields.items())]
        assert len(found) == 1
        return found[0]

    def rejected(self, view: ImportView) -> dict[int, list[str]]:
        page = self.imports.rejected("gym", view.job.id, 100)
        return {one.line: [problem.field for problem in one.problems] for one in page.lines}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_subscribed_contacts_have_said_yes_when_they_confirmed(desk: Desk) -> None:
    view = desk.imports_file(ImportFormat.MAILCHIMP, SUBSCRIBED)
    assert (view.progress.created, desk.rejected(view)) == (3, {4: ["email"]})
    anna = desk.by(email="anna@example.com")
    assert (anna.first_name, anna.last_name, anna.tags) == ("Anna", "Zander", ["VIP", "Yoga class"])
    assert (anna.consent["email"].status, anna.consent["email"].source) == ("granted", "mailchimp")
    assert anna.consent["email"].at == 1_709_546_700_000
    assert anna.attributes["MEMBER_RATING".lower()] == 4
    assert (anna.timezone, anna.attributes["birthday"], anna.attributes["country_code"]) == (
        "Europe/Berlin",
        "03/14",
        "DE",
    )
    ben = desk.by(email="ben@example.com")
    assert (ben.phone, ben.attributes["phone_number"], ben.timezone) == (None, "call me", None)


def test_only_contacts_who_confirmed_after_they_signed_up_show_a_double_opt_in() -> None:
    columns = ["Email Address", "OPTIN_TIME", "CONFIRM_TIME"]
    signed_up, confirmed = "2024-03-04 10:00:00", "2024-03-04 10:05:00"
    double = mailchimp_values(columns, ["a@example.com", signed_up, confirmed])["consent"]["email"]
    single = mailchimp_values(columns, ["b@example.com", confirmed, confirmed])["consent"]["email"]
    imported = mailchimp_values(columns, ["c@example.com", "", confirmed])["consent"]["email"]

    assert double["proof"] == {"double_opt_in": {"confirmed_at": "2024-03-04T10:05:00+00:00"}}
    assert "proof" not in single
    assert "proof" not in imported


def test_unsubscribed_contacts_have_said_no_and_stay_so_whatever_comes_next(desk: Desk) -> None:
    desk.imports_file(ImportFormat.MAILCHIMP, UNSUBSCRIBED)
    carla = desk.by(email="carla@example.com")
    assert (carla.consent["email"].status, carla.consent["email"].at) == ("denied", 1_717_243_200_000)
    desk.imports_file(ImportFormat.CSV, b"email,consent_email\ncarla@example.com,granted\n")
    assert desk.by(email="carla@example.com").consent["email"].status == "denied"


def test_cleaned_contacts_are_suppressed_as_hard_bounces_however_often(desk: Desk) -> None:
    for _ in range(2):
        desk.imports_file(ImportFormat.MAILCHIMP, CLEANED)
        dora = desk.by(email="dora@example.com")
        assert (dora.suppression["email"].reason, dora.suppression["email"].at) == ("hard_bounce", 1_714_557_600_000)
        assert dora.consent == {}


def test_file_that_is_no_export_is_refused_as_a_whole(desk: Desk) -> None:
    for kind in (ImportFormat.MAILCHIMP, ImportFormat.PINPOINT_CSV):
        made = desk.imports.create("gym", kind, "anna").entity.job
        desk.uploads.put(made.key, b"name,age\nanna,7\n")
        job = ImportCutting(desk.jobs, desk.uploads, desk.queue, desk.clock, lanes=16).run(made.key)
        assert job is not None
        assert "no " in (job.failure or "")


@pytest.mark.parametrize(
    ("kind", "content"),
    [(ImportFormat.PINPOINT_CSV, ENDPOINTS_CSV), (ImportFormat.PINPOINT_JSONL, ENDPOINTS_JSON)],
    ids=["csv", "jsonl"],
)
@pytest.mark.parametrize("times", [1, 2])
def test_endpoints_of_one_user_become_one_member(desk: Desk, kind: ImportFormat, content: bytes, times: int) -> None:
    view = desk.imports_file(kind, content, times)
    anna = desk.by(external_id="user-1")
    assert (anna.email, anna.phone, anna.first_name) == ("anna@example.com", "+4915112345678", "Anna")
    assert {channel: one.status for channel, one in anna.consent.items()} == {"email": "granted", "sms": "denied"}
    assert anna.consent["sms"].at == 1_714_557_600_000
    assert (anna.attributes["plan"], anna.attributes["Country"], anna.timezone) == ("flex", "DE", "Europe/Berlin")
    assert desk.by(external_id="user-2").consent == {}
    rejected = desk.rejected(view)
    assert sorted(field for fields in rejected.values() for field in fields) == ["ChannelType", "OptOut", "id"]


def test_wrong_time_rejects_the_line() -> None:
    with pytest.raises(InvalidError):
        mailchimp_values(["Email Address", "CLEAN_TIME"], ["a@example.com", "yesterday"])


def test_lists_of_one_are_their_item() -> None:
    values = pinpoint_values(
        {"ChannelType": "EMAIL", "Address": "a@x.de", "Attributes.a": ["x"], "Attributes.b": ["x", "y"]}
    )
    assert values["attributes"] == {"a": "x", "b": ["x", "y"]}
