"""A no belongs to the address: whatever file brings it, and whatever else is wrong with its line, nobody who has the
address gets a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.demo.api import Json
from tests.e2e.tenant import Tenant

AGREED: Json = {"email": {"status": "granted", "source": "form", "at": "2019-01-01T09:00:00Z"}}
CASES = Path(__file__).parents[2] / "cases"


@dataclass(frozen=True)
class Case:
    """A file of `tests/cases`. Two members who had agreed before have each of the addresses in `no` and `yes`."""

    file: str
    kind: str = "csv"
    no: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()  # addresses that the file brings and that may be mailed
    choices: dict[str, str] = field(default_factory=dict)


FILES = [
    Case("csv-no-by-address.csv", no=("leaver@example.com",)),
    Case(
        "csv-noes-in-wrong-lines.csv",
        no=("wrong-zone@example.com", "wrong-phone@example.com", "wrong-date@example.com", "said-yes@example.com"),
    ),
    Case("mailchimp-cleaned-tag.csv", "mailchimp", no=("gone@example.com",)),
    Case("mailchimp-nonsubscribed.csv", "mailchimp", choices={"contact_status": "nonsubscribed"}),
    Case(
        "mailchimp-subscribed-notes.csv",
        "mailchimp",
        yes=("silent@example.com",),
        brings=("lou@example.com",),
        choices={"contact_status": "subscribed"},
    ),
    Case("mailchimp-unsubscribed-of-known-member.csv", "mailchimp", no=("leaver@example.com",)),
    Case(
        "mailchimp-unsubscribed-tags-notes.csv",
        "mailchimp",
        no=("leaver1@example.com", "leaver2@example.com", "leaver3@example.com"),
    ),
    Case("pinpoint-endpoint-without-address.jsonl", "pinpoint_jsonl", brings=("lena@example.com",)),
    Case(
        "pinpoint-opt-out-on-second-endpoint.jsonl",
        "pinpoint_jsonl",
        no=("mia@example.com", "mia.old@example.com"),
    ),
]


def _known(case: Case) -> list[Json]:
    """Two members for each address, and one whom no file says anything about."""
    addresses = [*case.no, *case.yes, "witness@example.com"]
    pairs = [(one, f"{which}{n}") for n, one in enumerate(addresses) for which in ("one", "two")]
    return [{"id": member_id, "email": email, "consent": AGREED} for email, member_id in pairs]


def test_nobody_who_has_an_address_that_said_no_in_a_file_gets_a_message(new_tenant: Callable[[str], Tenant]) -> None:
    tenants = {case.file: new_tenant(case.file.partition(".")[0]) for case in FILES}
    for case in FILES:
        tenants[case.file].has_members(_known(case))
    jobs = {}
    for case in FILES:
        content = (CASES / case.file).read_bytes()
        jobs[case.file] = tenants[case.file].begin_import(content, case.kind, **case.choices)
    for case in FILES:
        job = tenants[case.file].finished_import(jobs[case.file])
        assert job["state"] == "done", job

    campaigns = {case.file: tenants[case.file].drafts().sends() for case in FILES}
    for case in FILES:
        sent = [one.to[0].lower() for one in campaigns[case.file].ends().agrees().messages()]
        wanted = [*case.yes, "witness@example.com", *case.brings]
        assert sorted(sent) == sorted(wanted), case.file
