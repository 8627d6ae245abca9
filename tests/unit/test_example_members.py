"""The example file is what its generator makes, and holds what the demo promises."""

from __future__ import annotations

from collections import Counter

import pytest

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import refusal
from ariia.domain.imports.job import ImportFormat, ImportState
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports, LineList
from ariia.services.imports.range import RangeImport
from examples.make_members import GOOD_LINES, REJECTED_LINES, TARGET, members_csv
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads


def test_file_is_what_the_generator_makes() -> None:
    assert TARGET.read_text(encoding="utf-8") == members_csv()


def test_all_addresses_belong_to_nobody() -> None:
    reserved = (".example", "example.com", "example.org", "example.net")  # RFC 2606, RFC 6761
    words = TARGET.read_text(encoding="utf-8").replace('"', ",").split(",")
    domains = {word.rpartition("@")[2].lower() for word in words if "@" in word}
    assert [domain for domain in domains if not domain.endswith(reserved)] == []


@pytest.fixture(scope="module")
def imported() -> tuple[Imports, MemoryMembers, str]:
    jobs, uploads, queue = MemoryJobs(), MemoryUploads(), MemoryRangeWork()
    members, clock = MemoryMembers(), ManualClock()
    imports = Imports(jobs, uploads, any_double_opt_in(), clock, CountingIds())
    job = imports.create("studio", ImportFormat.CSV, "anna").entity.job
    uploads.put(job.key, TARGET.read_bytes())
    ImportCutting(jobs, uploads, queue, clock, lanes=16).run(job.key)
    for task in queue.tasks:
        RangeImport(jobs, uploads, members, any_double_opt_in(), queue, clock, lanes=16).run(
            task, stop_at=clock.now() + 1
        )
    return imports, members, job.id


def test_exactly_the_good_lines_are_imported(imported: tuple[Imports, MemoryMembers, str]) -> None:
    imports, _, job_id = imported
    progress = imports.get("studio", job_id).progress
    assert (progress.state, progress.created, progress.rejected) == (ImportState.DONE, GOOD_LINES, REJECTED_LINES)
    fields = Counter(line.problems[0].field for line in imports.lines("studio", job_id, LineList.REJECTED, 100).lines)
    assert fields == {
        "email": 1,
        "first_name": 1,
        "id": 4,
        "timezone": 1,
        "phone": 1,
        "line": 2,
        "consent_email": 1,
        "consent.email.at": 1,
    }


def test_members_are_of_every_kind_that_matters(imported: tuple[Imports, MemoryMembers, str]) -> None:
    _, store, _ = imported
    members = [member for shard in range(16) for member in store.scan("studio", shard, None, 10_000)]
    reasons = Counter(str(refusal(member, Channel.EMAIL)) for member in members)
    locals_ = Counter((member.email or "").partition("@")[0] for member in members)
    habits = Counter(tag for member in members for tag in (member.email or "").partition("@")[0].lower().split("+")[1:])

    assert reasons["no_address"] >= 60
    assert reasons["no_consent"] >= 100
    assert reasons["None"] >= 1_500
    assert sum(bool(member.shared_address) for member in members) >= 60
    assert {"bounce", "softbounce", "complaint", "ooto", "suppressionlist", "reject"} <= locals_.keys()
    assert {"open", "click", "botopen", "bounce", "unsubscribe", "complaint"} == habits.keys()
    assert len({member.language for member in members}) >= 10
