"""Exports of Mailchimp and Pinpoint: what their lines say about members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError
from ariia.domain.imports.file import FileShape
from ariia.domain.imports.job import ContactStatus, ImportFormat, ImportState
from ariia.domain.imports.mailchimp import mailchimp_values
from ariia.domain.imports.pinpoint import pinpoint_values
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.services.imports import members as import_members
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports, ImportView, LineList
from ariia.services.imports.range import RangeImport
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads

NOW = 1_780_000_000_000
CASES = Path(__file__).parents[2] / "cases"
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

    def imports_file(
        self,
        kind: ImportFormat,
        content: bytes,
        times: int = 1,
        contacts: ContactStatus | None = None,
        name: str | None = None,
    ) -> ImportView:
        made = self.imports.create("gym", kind, "anna", name, contact_status=contacts).entity.job
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

    def rejected(self, view: ImportView, kind: LineList = LineList.REJECTED) -> dict[int, list[str]]:
        page = self.imports.lines("gym", view.job.id, kind, 100)
        return {one.line: [problem.field for problem in one.problems] for one in page.lines}

    def warnings(self, view: ImportView) -> dict[int, list[str]]:
        return self.rejected(view, LineList.WARNINGS)

    def has(self, member_id: str, email: str, status: ConsentStatus = ConsentStatus.GRANTED) -> None:
        consent = Consent(status, "form", 1_500_000_000_000)
        assert self.members.save([Member(member_id, "gym", email=email, consent={"email": consent})]) == []

    def email_of(self, member_id: str) -> str | None:
        consent = self.members.rows["gym", member_id].consent.get("email")
        return consent.status.value if consent else None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_subscribed_contacts_have_said_yes_when_they_confirmed(desk: Desk) -> None:
    view = desk.imports_file(ImportFormat.MAILCHIMP, SUBSCRIBED, contacts=ContactStatus.SUBSCRIBED)
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

    def consent(*cells: str) -> dict[str, Any]:
        said: dict[str, Any] = mailchimp_values(columns, cells, ContactStatus.SUBSCRIBED, NOW).values["consent"][
            "email"
        ]
        return said

    double = consent("a@example.com", signed_up, confirmed)
    single = consent("b@example.com", confirmed, confirmed)
    imported = consent("c@example.com", "", confirmed)

    assert double["proof"] == {"double_opt_in": {"confirmed_at": "2024-03-04T10:05:00.000Z"}}
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


@pytest.mark.parametrize("time", ["yesterday", "01.03.2024 10:00", "2124-03-04 10:00:00"])
def test_no_with_a_time_that_cannot_be_read_counts_all_the_same(desk: Desk, time: str) -> None:
    left = desk.imports_file(ImportFormat.MAILCHIMP, f"Email Address,UNSUB_TIME\na@example.com,{time}\n".encode())
    desk.imports_file(ImportFormat.MAILCHIMP, f"Email Address,CLEAN_TIME\nb@example.com,{time}\n".encode())

    no = desk.by(email="a@example.com").consent["email"]
    assert (no.status, no.undated) == ("denied", True)
    assert desk.by(email="b@example.com").suppression["email"].reason == "hard_bounce"
    assert desk.warnings(left) == {2: ["UNSUB_TIME"]}


def test_lists_of_one_are_their_item() -> None:
    values, problems = pinpoint_values(
        {"ChannelType": "EMAIL", "Address": "a@x.de", "Attributes.a": ["x"], "Attributes.b": ["x", "y"]}
    )
    assert problems == []
    assert values["attributes"] == {"a": "x", "b": ["x", "y"]}


def test_export_whose_contacts_may_never_have_agreed_is_taken_by_nobody(desk: Desk) -> None:
    made = desk.imports.create("gym", ImportFormat.MAILCHIMP, "anna", "export.csv").entity.job
    desk.uploads.put(made.key, (CASES / "mailchimp-nonsubscribed.csv").read_bytes())
    job = ImportCutting(desk.jobs, desk.uploads, desk.queue, desk.clock, lanes=16).run(made.key)

    assert job is not None
    assert "contact_status" in (job.failure or "")
    assert desk.members.rows == {}


@pytest.mark.parametrize(
    ("contacts", "name"),
    [(ContactStatus.NONSUBSCRIBED, None), (None, "nonsubscribed_email_audience_export_8e3d.csv")],
    ids=["stated", "named"],
)
def test_contacts_who_never_agreed_get_no_consent(desk: Desk, contacts: ContactStatus | None, name: str | None) -> None:
    content = (CASES / "mailchimp-nonsubscribed.csv").read_bytes()
    view = desk.imports_file(ImportFormat.MAILCHIMP, content, contacts=contacts, name=name)

    assert (view.progress.created, view.job.contact_status) == (2, "nonsubscribed")
    assert [one.consent for one in desk.members.rows.values()] == [{}, {}]
    assert desk.by(email="buyer1@example.com").tags == ["Web shop"]


def test_file_that_is_not_what_was_stated_fails_as_a_whole(desk: Desk) -> None:
    stated = ContactStatus.SUBSCRIBED
    made = desk.imports.create("gym", ImportFormat.MAILCHIMP, "anna", contact_status=stated).entity.job
    desk.uploads.put(made.key, UNSUBSCRIBED)
    job = ImportCutting(desk.jobs, desk.uploads, desk.queue, desk.clock, lanes=16).run(made.key)

    assert job is not None
    assert job.failure == "the file is that of the unsubscribed contacts, and contact_status says subscribed"


def test_contact_status_is_of_mailchimps_files_only(desk: Desk) -> None:
    with pytest.raises(InvalidError) as refused:
        desk.imports.create("gym", ImportFormat.CSV, "anna", contact_status=ContactStatus.CLEANED)
    assert [one.field for one in refused.value.problems] == ["contact_status"]


def test_subscribed_contact_without_a_time_has_said_nothing(desk: Desk) -> None:
    content = (CASES / "mailchimp-subscribed-notes.csv").read_bytes()
    view = desk.imports_file(ImportFormat.MAILCHIMP, content, contacts=ContactStatus.SUBSCRIBED)

    assert desk.by(email="silent@example.com").consent == {}
    lou = desk.by(email="lou@example.com")
    assert lou.consent["email"].status == "granted"
    assert (lou.tags, lou.attributes["Instagram".lower()]) == (["Adults seniors", "GTM - 11 20"], "@lou.moves")
    assert lou.attributes["notes"] == "+1 202-555-0101 x12"
    assert (view.progress.rejected, view.progress.warnings, desk.warnings(view)) == (0, 1, {2: ["tags"]})


def test_no_of_a_known_address_reaches_the_member_who_has_it(desk: Desk) -> None:
    desk.has("leaver", "leaver@example.com")
    content = (CASES / "mailchimp-unsubscribed-of-known-member.csv").read_bytes()
    view = desk.imports_file(ImportFormat.MAILCHIMP, content)

    assert (view.progress.created, view.progress.updated, view.progress.also_opted_out) == (0, 1, 0)
    leaver = desk.by(email="leaver@example.com")
    assert (leaver.id, leaver.first_name, desk.email_of("leaver")) == ("leaver", "Lea", "denied")


@pytest.mark.parametrize("times", [1, 2])
def test_no_reaches_everybody_who_has_the_address_now_and_later(desk: Desk, times: int) -> None:
    for one in ("anna", "ben"):
        desk.has(one, "leaver@example.com")
    view = desk.imports_file(ImportFormat.CSV, (CASES / "csv-no-by-address.csv").read_bytes(), times)
    desk.has("late", "leaver@example.com")

    assert {
        one.id: desk.email_of(one.id) for one in desk.members.rows.values() if one.id in ("anna", "ben", "late")
    } == {
        "anna": "denied",
        "ben": "denied",
        "late": "denied",
    }
    assert view.progress.also_opted_out == 2


def test_yes_from_before_the_no_of_an_address_is_not_taken_for_another_member(desk: Desk) -> None:
    desk.imports_file(ImportFormat.MAILCHIMP, (CASES / "mailchimp-unsubscribed-of-known-member.csv").read_bytes())
    earlier = b"id,email,consent_email,consent_email_at\nz2,leaver@example.com,yes,2023-01-01\n"
    view = desk.imports_file(ImportFormat.CSV, earlier)

    assert (desk.email_of("z2"), view.progress.withdrawals_kept) == ("denied", 1)


def test_noes_of_lines_that_are_rejected_count(desk: Desk) -> None:
    for number, local in enumerate(("wrong-zone", "wrong-phone", "wrong-date", "said-yes")):
        desk.has(f"o{number}", f"{local}@example.com")
    view = desk.imports_file(ImportFormat.CSV, (CASES / "csv-noes-in-wrong-lines.csv").read_bytes())

    assert sorted(desk.rejected(view)) == [2, 3, 4, 6]
    assert [desk.email_of(f"o{number}") for number in range(4)] == ["denied"] * 4
    assert desk.email_of("w4") == "denied"


@pytest.mark.parametrize(
    "line",
    [
        b'{"email":"a@example.com","consent":{"email":{"status":"denied","at":"soon"}}}',
        b'{"email":"a@example.com","consent":{"email":{"status":"denied"}},"shoes":44}',
        b'{"email":"a@example.com","consent":{"email":{"status":"denied"}},"first_name":"J\xf6rg"}',
        b'{"email":"a@example.com","tags":1,"tags":2,"consent":{"email":{"status":"denied","proof":7}}}',
        b'{"id":"anna","consent":{"email":{"status":"denied"},"sms":{"status":"perhaps"}}}',
        b'{"external_id":"77","email":"A@EXAMPLE.com","phone":"?","consent":{"email":{"status":"denied"}}}',
    ],
)
def test_no_in_a_line_of_json_that_is_rejected_counts(desk: Desk, line: bytes) -> None:
    desk.has("anna", "a@example.com")
    view = desk.imports_file(ImportFormat.JSONL, line + b"\n")

    assert (view.progress.rejected, desk.email_of("anna")) == (1, "denied")


def test_no_in_a_line_that_is_not_utf8_counts(desk: Desk) -> None:
    desk.has("anna", "a@example.com")
    view = desk.imports_file(ImportFormat.CSV, b"email,first_name,consent_email\na@example.com,J\xf6rg,no\n")

    assert (view.progress.rejected, desk.email_of("anna")) == (1, "denied")


def test_only_what_another_system_exported_may_suppress(desk: Desk) -> None:
    line = b'{"email":"a@example.com","suppression":{"channel":"email","reason":"hard_bounce","at":0}}\n'
    view = desk.imports_file(ImportFormat.JSONL, line)

    assert view.progress.rejected == 1
    assert desk.members.suppression("gym", "email", address_hash(Channel.EMAIL, "a@example.com")) is None


def test_what_a_contact_says_beside_the_no_does_not_lose_it(desk: Desk) -> None:
    content = (CASES / "mailchimp-unsubscribed-tags-notes.csv").read_bytes()
    for number in (1, 2, 3):
        desk.has(f"l{number}", f"leaver{number}@example.com")
    view = desk.imports_file(ImportFormat.MAILCHIMP, content)

    assert (view.progress.rejected, view.progress.updated, desk.warnings(view)) == (0, 3, {2: ["tags"]})
    assert [desk.email_of(f"l{number}") for number in (1, 2, 3)] == ["denied"] * 3
    assert desk.by(id="l1").tags == ["GTM - 11 20", "VIP"]
    assert desk.by(id="l3").attributes["notes"] == "- rang, wants no more mail"


def test_address_that_bounced_for_good_is_suppressed_whatever_its_tags(desk: Desk) -> None:
    desk.has("gus", "gone@example.com")
    desk.imports_file(ImportFormat.MAILCHIMP, (CASES / "mailchimp-cleaned-tag.csv").read_bytes())

    gus = desk.by(email="gone@example.com")
    assert (gus.suppression["email"].reason, gus.tags) == ("hard_bounce", ["newsletter", "50 off"])


def test_note_that_is_too_long_is_cut_and_what_is_no_value_left_out(desk: Desk) -> None:
    header = b"Email Address,First Name,UNSUB_TIME,NOTES,TAGS\n"
    line = b"a@example.com," + b"x" * 150 + b",2024-06-01 12:00:00," + b"n" * 1_500 + b",###\n"
    view = desk.imports_file(ImportFormat.MAILCHIMP, header + line)

    member = desk.by(email="a@example.com")
    assert (len(member.first_name or ""), len(member.attributes["notes"]), member.tags) == (100, 1_000, [])
    assert desk.warnings(view) == {2: ["first_name", "tags", "attributes.notes"]}
    assert member.consent["email"].status == "denied"


def test_any_opt_out_among_the_endpoints_of_an_address_counts(desk: Desk) -> None:
    desk.has("other", "mia.old@example.com")
    content = (CASES / "pinpoint-opt-out-on-second-endpoint.jsonl").read_bytes()
    view = desk.imports_file(ImportFormat.PINPOINT_JSONL, content)

    mia = desk.by(external_id="u1")
    assert (mia.email, mia.consent["email"].status, mia.consent["email"].source) == (
        "mia@example.com",
        "denied",
        "pinpoint",
    )
    assert desk.email_of("other") == "denied"
    assert sorted(desk.rejected(view)) == [2, 3]


@pytest.mark.parametrize("times", [1, 2])
def test_endpoint_without_an_address_is_none(desk: Desk, times: int) -> None:
    content = (CASES / "pinpoint-endpoint-without-address.jsonl").read_bytes()
    view = desk.imports_file(ImportFormat.PINPOINT_JSONL, content, times)
    lena = desk.by(external_id="u3")
    assert (lena.email, lena.consent["email"].status, view.progress.rejected) == ("lena@example.com", "granted", 0)

    alone = b'{"ChannelType": "EMAIL", "OptOut": "ALL", "User": {"UserId": "u3"}}\n'
    desk.imports_file(ImportFormat.PINPOINT_JSONL, alone)
    lena = desk.by(external_id="u3")
    assert (lena.email, lena.consent["email"].status) == ("lena@example.com", "granted")


def test_endpoint_that_is_silent_about_opting_out_says_nothing_of_consent() -> None:
    values, _ = pinpoint_values({"ChannelType": "EMAIL", "Address": "a@x.de", "EndpointStatus": "ACTIVE"})
    assert "consent" not in values


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (ImportFormat.PINPOINT_JSONL, r'{"Id": "\ud800", "ChannelType": "EMAIL", "Address": "a@x.example"}'),
        (
            ImportFormat.PINPOINT_JSONL,
            r'{"Id": "a", "ChannelType": "EMAIL", "OptOut": "ALL", "Address": "\ud800@x.example"}',
        ),
        (ImportFormat.JSONL, r'{"email": "\ud800@x.example", "consent": {"email": {"status": "denied"}}}'),
    ],
)
def test_a_line_with_half_a_surrogate_pair_is_rejected_alone(desk: Desk, kind: ImportFormat, line: str) -> None:
    good = {
        ImportFormat.JSONL: '{"id": "g"}',
        ImportFormat.PINPOINT_JSONL: '{"Id": "g", "ChannelType": "EMAIL", "Address": "g@x.example"}',
    }
    view = desk.imports_file(kind, f"{line}\n{good[kind]}\n".encode())
    assert (view.progress.created, desk.rejected(view)) == (1, {1: ["line"]})


@pytest.mark.parametrize("step", ["FileShape.read", "parse_patch"])
def test_whatever_a_line_raises_it_is_rejected_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def bad(real: Any) -> Any:
        return lambda *about, **more: 1 / 0 if "odd" in str(about) else real(*about, **more)

    owner, name = (FileShape, "read") if step == "FileShape.read" else (import_members, "parse_patch")
    monkeypatch.setattr(owner, name, bad(getattr(owner, name)))
    view = desk.imports_file(ImportFormat.JSONL, b'{"id": "a", "first_name": "odd"}\n{"id": "b"}\n')
    assert (view.progress.created, desk.rejected(view)) == (1, {1: ["line"]})
