"""Bulk imports: every good line arrives once, every bad one is reported, whatever breaks in between."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.creation import Creation
from ariia.domain.errors import InvalidError, NotFoundError, TransientError
from ariia.domain.identifiers import derived_id
from ariia.domain.imports.job import MAX_FILE_BYTES, ImportFormat, ImportState
from ariia.domain.members.address_index import MAX_SHARERS
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.ports.uploads import RangeTask, UploadedFile
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.imports import Imports, ImportView, LineList
from ariia.services.imports.range import RangeImport
from tests.builders import any_double_opt_in
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.members.members import MemoryMembers
from tests.doubles.schedules import MemorySchedules
from tests.doubles.tenants import MemoryTenants
from tests.doubles.uploads import MemoryRangeWork, MemoryUploads

TENANT = "studio"
HOUR = 3_600
HEADER = "id,email,first_name,tags,consent_email,consent_email_at\n"


class Killed(BaseException):
    """The process is gone."""


class Faulty:
    """Passes calls on to `target`, and kills at the n-th call, before or after it is carried out."""

    def __init__(self, target: Any, world: World) -> None:
        self._target, self._world = target, world

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            self._world.step()
            answer = attribute(*args, **kwargs)
            self._world.step()
            return answer

        return call


class World:
    """Everything an import needs, in memory; `kill_at` ends the process at that step."""

    def __init__(self, *, range_records: int = 3, lanes: int = 16) -> None:
        self.jobs, self.uploads, self.clock = MemoryJobs(), MemoryUploads(), ManualClock()
        self.members, self.queue = MemoryMembers(4, now=self.clock.now), MemoryRangeWork()
        self.tenants, self.schedules = MemoryTenants(), MemorySchedules()
        self.double_opt_in = any_double_opt_in(self.tenants, self.schedules, self.clock)
        self.imports = Imports(self.jobs, self.uploads, self.double_opt_in, self.clock, CountingIds("import"))
        self.range_records, self.lanes = range_records, lanes
        self.kill_at: int | None = None
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.kill_at is not None and self.steps == self.kill_at:
            raise Killed

    @property
    def cutting(self) -> ImportCutting:
        jobs, uploads, queue = (Faulty(one, self) for one in (self.jobs, self.uploads, self.queue))
        return ImportCutting(jobs, uploads, queue, self.clock, lanes=self.lanes, range_records=self.range_records)

    @property
    def ranges(self) -> RangeImport:
        jobs, uploads, members, queue = (
            Faulty(one, self) for one in (self.jobs, self.uploads, self.members, self.queue)
        )
        double_opt_in = any_double_opt_in(self.tenants, Faulty(self.schedules, self), self.clock)
        return RangeImport(jobs, uploads, members, double_opt_in, queue, self.clock, lanes=self.lanes)

    def killed_at(self, step: int, run: Callable[[], object]) -> bool:
        """Whether `run` got as far as `step`, at which it was killed."""
        self.kill_at, self.steps = step, 0
        try:
            run()
        except Killed:
            return True
        finally:
            self.kill_at = None
        return False

    def asks_everybody(self) -> World:
        """The tenant chose the double opt-in."""
        self.tenants.create(Tenant(TENANT, "Studio", settings=TenantSettings(double_opt_in=True)))
        return self

    def asked(self) -> set[str]:
        """Whom the schedules will ask for a confirmation."""
        payloads = [payload for _, payload in self.schedules.waiting.values()]
        return {one["member_id"] for payload in payloads for one in payload["requests"]}

    def upload(self, data: str | bytes, kind: ImportFormat = ImportFormat.CSV, *, ask: bool = False) -> str:
        job = self.imports.create(TENANT, kind, "user-1", send_confirmations=ask).entity.job
        self.uploads.put(job.key, data.encode() if isinstance(data, str) else data)
        return job.id

    def work(self, job_id: str, order: Callable[[list[RangeTask]], None] = lambda tasks: None) -> ImportView:
        key = self.imports.get(TENANT, job_id).job.key
        self.cutting.run(key)
        return self.drained(job_id, order)

    def drained(self, job_id: str, order: Callable[[list[RangeTask]], None] = lambda tasks: None) -> ImportView:
        while self.queue.tasks:
            order(self.queue.tasks)
            self.ranges.run(self.queue.tasks.pop(0), stop_at=self.clock.now() + 60_000)
        return self.imports.get(TENANT, job_id)

    def run(self, data: str | bytes, kind: ImportFormat = ImportFormat.CSV) -> ImportView:
        return self.work(self.upload(data, kind))

    def member(self, member_id: str) -> Member:
        member = self.members.get(TENANT, member_id)
        assert member is not None, member_id
        return member

    def everybody(self) -> dict[str, Member]:
        found = [member for shard in range(4) for member in self.members.scan(TENANT, shard, None, 10_000)]
        return {member.id: member for member in found}

    def rejected(self, job_id: str) -> dict[int, list[tuple[str, object]]]:
        lines, after = [], None
        while True:
            page = self.imports.lines(TENANT, job_id, LineList.REJECTED, 2, after)
            lines += page.lines
            after = page.after
            if after is None:
                return {one.line: [(problem.field, problem.value) for problem in one.problems] for one in lines}


@pytest.fixture
def world() -> World:
    return World()


def counts(view: ImportView) -> tuple[int, int, int, int]:
    progress = view.progress
    assert progress.created + progress.updated + progress.unchanged + progress.rejected == progress.records_done
    return (progress.created, progress.updated, progress.unchanged, progress.rejected)


MIXED = HEADER + "".join(
    [
        "m1,m1@example.com,Anna,yoga;früh,yes,2026-01-01\n",
        "m2,family@example.com,Ben,,yes,\n",
        "m3,family@example.com,Carla,,no,\n",
        "m4,not an address,Dora,,,\n",
        "m1,other@example.com,Twice,,,\n",
        "m5,,Emil,,,\n",
        '"m6,open,quote,,,\n',
        "m7,m7@example.com,=1+1,,,\n",
        "m8,m8@example.com,Hanna,,granted,2026-01-02T10:00:00Z\n",
        ",m9@example.com,Ida,,,\n",
        ",,Nobody,,,\n",
        "m1,m1@example.com,Again,,,\n",
        "m 10,m10@example.com,Jo,,,\n",
    ]
)


def test_a_phone_number_that_is_none_is_called_so(world: World) -> None:
    view = world.run("id,phone\nm1,call me\n")
    [line] = world.imports.lines(TENANT, view.job.id, LineList.REJECTED, 10).lines
    [problem] = line.problems
    assert (problem.field, problem.message) == ("phone", "is not a valid phone number")


def test_good_lines_become_members_and_bad_ones_are_reported(world: World) -> None:
    view = world.run(MIXED)

    assert (view.progress.state, counts(view)) == (ImportState.DONE, (6, 0, 0, 7))
    assert world.everybody().keys() == {"m1", "m2", "m3", "m5", "m8", derived_id(TENANT, "email", "m9@example.com")}
    assert world.rejected(view.job.id) == {
        5: [("email", "not an address")],
        6: [("id", None)],
        8: [("line", '"m6,open,quote,,,')],
        9: [("first_name", "=1+1")],
        12: [("id", None)],
        13: [("id", None)],
        14: [("id", "m 10")],
    }
    anna = world.member("m1")
    assert (anna.first_name, anna.tags, anna.consent["email"].status) == ("Anna", ["yoga", "früh"], "granted")
    assert anna.consent["email"].source == f"import:{view.job.id}"
    assert world.member("m2").shared_address == world.member("m3").shared_address == ["email"]


def test_repeated_line_is_told_where_the_first_one_stands(world: World) -> None:
    view = world.run(MIXED)

    page = world.imports.lines(TENANT, view.job.id, LineList.REJECTED, 100)
    said = {one.line: one.problems[0].message for one in page.lines}
    assert said[6] == said[13] == "stands in line 2 already, which counts"


def test_repeated_import_changes_nothing(world: World) -> None:
    world.run(MIXED)
    before = world.everybody()
    world.clock.advance(86_400)

    view = world.run(MIXED)

    assert counts(view) == (0, 0, 6, 7)
    assert world.everybody() == before


def test_changed_line_updates_only_what_it_says(world: World) -> None:
    world.run("id,first_name,last_name,attributes.visits,attributes.club\nm1,Anna,Berg,3,Nord\n")

    view = world.run("id,first_name,attributes.visits,last_name\nm1,Anne,4,\n")

    assert counts(view) == (0, 1, 0, 0)
    member = world.member("m1")
    assert (member.first_name, member.last_name) == ("Anne", "Berg")
    assert (member.attributes, member.version) == ({"visits": 4, "club": "Nord"}, 2)


def test_order_of_ranges_does_not_matter(world: World) -> None:
    expected = World()
    in_order = expected.run(MIXED)
    for seed in range(5):
        other = World()
        shuffled = other.work(other.upload(MIXED), random.Random(seed).shuffle)
        assert counts(shuffled) == counts(in_order)
        assert other.everybody() == expected.everybody()
        assert other.rejected(shuffled.job.id) == expected.rejected(in_order.job.id)


def test_messages_that_come_twice_or_late_change_nothing(world: World) -> None:
    job_id = world.upload(MIXED)
    key = world.imports.get(TENANT, job_id).job.key
    world.cutting.run(key)
    tasks = [*world.queue.tasks, *world.queue.tasks]
    world.queue.tasks = tasks
    first = world.work(job_id)
    members, rejected = world.everybody(), world.rejected(job_id)
    world.queue.tasks = list(tasks)

    again = world.work(job_id)

    assert (counts(first), again) == ((6, 0, 0, 7), first)
    assert (world.everybody(), world.rejected(job_id)) == (members, rejected)


def finish_after_kill(world: World, job_id: str) -> ImportView:
    """The queue gives every unfinished message again."""
    world.kill_at = None
    return world.work(job_id)


def test_import_killed_anywhere_and_repeated_ends_the_same() -> None:
    expected = World(range_records=5)
    expected_view = expected.run(MIXED)
    steps = expected.steps
    assert steps > 40
    for kill_at in range(1, steps + 1):
        world = World(range_records=5)
        job_id = world.upload(MIXED)
        world.kill_at = kill_at
        with pytest.raises(Killed):
            world.work(job_id)
        view = finish_after_kill(world, job_id)
        assert (view.progress.state, counts(view)) == (ImportState.DONE, counts(expected_view)), kill_at
        assert world.everybody() == expected.everybody(), kill_at
        assert world.rejected(job_id) == expected.rejected(expected_view.job.id), kill_at


def test_change_made_after_a_line_was_imported_survives_the_lines_repetition(world: World) -> None:
    job_id = world.upload(HEADER + "m1,m1@example.com,Anna,,,\n")
    key = world.imports.get(TENANT, job_id).job.key
    world.cutting.run(key)
    task = world.queue.tasks[0]
    world.ranges.run(task, stop_at=world.clock.now() + 1)
    anna = world.member("m1")
    anna.first_name = "Anne"
    world.members.save([anna])
    forget_result(world, job_id)

    world.ranges.run(task, stop_at=world.clock.now() + 1)

    assert world.member("m1").first_name == "Anne"
    assert counts(world.imports.get(TENANT, job_id)) == (1, 0, 0, 0)


def test_late_message_of_a_finished_range_overwrites_nothing(world: World) -> None:
    world.run("id,first_name\nm1,Anna\n")
    job_id = world.upload("id,first_name\nm1,Anna\n")
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    task = world.queue.tasks[0]
    assert counts(world.work(job_id)) == (0, 0, 1, 0)
    anna = world.member("m1")
    anna.first_name = "Anne"
    world.members.save([anna])

    world.ranges.run(task, stop_at=world.clock.now() + 1)

    assert world.member("m1").first_name == "Anne"


def test_slow_twin_of_a_finished_range_does_not_make_it_unfinished() -> None:
    world = World(range_records=1_000)
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(100)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    task = world.queue.tasks[0]
    twin = world.ranges
    save = world.members.save
    calls: list[int] = []

    def slow(members: Any) -> Any:
        calls.append(len(members))
        if len(calls) == 1:
            twin.run(task, stop_at=world.clock.now() + 1_000_000)
        world.clock.advance(3)
        return save(members)

    world.members.save = slow  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        world.ranges.run(task, stop_at=world.clock.now() + 10_000)

    view = world.imports.get(TENANT, job_id)
    assert (view.progress.state, counts(view)) == (ImportState.DONE, (100, 0, 0, 0))


def forget_result(world: World, job_id: str) -> None:
    """As if the process had died before it noted the result."""
    for key in [key for key in world.jobs._parts if key[1] == job_id]:
        del world.jobs._parts[key]


def test_consent_withdrawn_since_is_not_granted_again(world: World) -> None:
    world.run(HEADER + "m1,m1@example.com,Anna,,yes,2026-01-01\nm2,m2@example.com,Ben,,yes,\n")
    for member_id in ("m1", "m2"):
        member = world.member(member_id)
        member.consent = {"email": Consent(ConsentStatus.DENIED, "one_click", world.clock.now() - 1)}
        world.members.save([member])

    view = world.run(HEADER + "m1,m1@example.com,Anna,,yes,2026-01-01\nm2,m2@example.com,Ben,,yes,\n")

    assert (counts(view), view.progress.withdrawals_kept) == ((0, 0, 2, 0), 2)
    assert {world.member(one).consent["email"].source for one in ("m1", "m2")} == {"one_click"}


def test_consent_given_after_the_withdrawal_is_taken_over(world: World) -> None:
    member = Member("m1", TENANT, consent={"email": Consent(ConsentStatus.DENIED, "one_click", 1_700_000_000_000)})
    world.members.save([member])

    view = world.run(HEADER + "m1,m1@example.com,Anna,,yes,2026-01-01\n")

    assert (counts(view), view.progress.withdrawals_kept) == ((0, 1, 0, 0), 0)
    assert world.member("m1").consent["email"].status is ConsentStatus.GRANTED


def test_person_imported_again_under_another_id_stays_opted_out(world: World) -> None:
    withdrawal = Consent(ConsentStatus.DENIED, "one_click", world.clock.now() - 1)
    world.members.withdraw(TENANT, "email", address_hash(Channel.EMAIL, "m1@example.com"), withdrawal)

    view = world.run(HEADER + "new-1,M1@example.com,Anna,,yes,\nnew-2,m1@example.com,Anna,,yes,2026-01-01\n")

    assert (counts(view), view.progress.withdrawals_kept) == ((2, 0, 0, 0), 2)
    assert {world.member(one).consent["email"] for one in ("new-1", "new-2")} == {withdrawal}


def test_denial_in_the_file_counts_without_a_date(world: World) -> None:
    world.run(HEADER + "m1,m1@example.com,Anna,,yes,2026-01-01\n")
    world.run(HEADER + "m1,m1@example.com,Anna,,no,\n")

    assert world.member("m1").consent["email"].status is ConsentStatus.DENIED


def test_member_changed_by_others_at_the_same_time_keeps_both_changes(world: World) -> None:
    world.run("id,first_name\nm1,Anna\n")
    save = world.members.save
    interfered: list[bool] = []

    def interfering(members: Any) -> Any:
        if not interfered:
            interfered.append(True)
            other = world.member("m1")
            other.last_name = "Berg"
            save([other])
        return save(members)

    world.members.save = interfering  # type: ignore[method-assign]
    view = world.run("id,first_name\nm1,Anne\n")

    assert counts(view) == (0, 1, 0, 0)
    assert (world.member("m1").first_name, world.member("m1").last_name) == ("Anne", "Berg")


def test_address_with_too_many_members_rejects_the_line(world: World) -> None:
    for start in range(0, MAX_SHARERS, 50):
        world.members.save([Member(f"c{n}", TENANT, email="crowd@example.com") for n in range(start, start + 50)])

    view = world.run(HEADER + "m1,crowd@example.com,Anna,,,\nm2,m2@example.com,Ben,,,\n")

    assert counts(view) == (1, 0, 0, 1)
    assert world.rejected(view.job.id).keys() == {2}


def test_nul_byte_rejects_its_line_and_not_the_file(world: World) -> None:
    view = world.run(HEADER + "m1,m1@example.com,An\0na,,,\nm2,m2@example.com,Ben,,,\n")
    assert counts(view) == (1, 0, 0, 1)
    assert world.rejected(view.job.id).keys() == {2}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        ("email\n".encode("utf-16"), "UTF-16"),
        ("email\nä@example.com\n".encode("utf-16-le"), "NUL bytes"),
        ("email\nä@example.com\n".encode("utf-16-be"), "NUL bytes"),
        ("email,Größe\n".encode("latin-1"), "byte 0xF6 at position 9 of line 1 is not UTF-8"),
        (b"PK\x03\x04...", "ZIP or Excel"),
        (b"anna@example.com,Anna\n", "must name the columns"),
        (b"email,birthday\n", "unknown columns: birthday"),
        (b"x" * 100_000, "100000 bytes"),
    ],
)
def test_unusable_file_fails_with_its_reason(world: World, data: bytes, said: str) -> None:
    view = world.run(data)

    assert view.progress.state is ImportState.FAILED
    assert said in (view.progress.failure or "")
    assert view.progress.finished_at is not None
    assert world.work(view.job.id) == view


def test_file_over_the_limit_is_not_read(world: World) -> None:
    job_id = world.upload(HEADER)
    world.uploads.find = lambda key: UploadedFile(MAX_FILE_BYTES + 1, "etag")  # type: ignore[method-assign]
    view = world.work(job_id)

    assert "split it" in (view.progress.failure or "")


def test_byte_order_mark_is_no_part_of_the_header(world: World) -> None:
    assert counts(world.run(b"\xef\xbb\xbf" + b"id;first_name\r\nm1;Anna\r\n")) == (1, 0, 0, 0)


def test_file_with_only_a_header_is_done(world: World) -> None:
    view = world.run(HEADER)
    assert (view.progress.state, counts(view), view.progress.records_total) == (ImportState.DONE, (0, 0, 0, 0), 0)


def test_json_lines_have_the_shape_of_the_api(world: World) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "m1", "email": "m1@example.com", "tags": ["a b"], "attributes": {"n": [1, 2]}, "first_name": "=ok"},
        {"external_id": "CRM/1", "consent": {"email": {"status": "granted", "at": "2026-01-01T00:00:00Z"}}},
        {"id": "m3", "birthday": "2000-01-01"},
        {"id": 4},
        {"id": "m1"},
        {"id": "m6", "email": 7},
    ]
    view = world.run("\n".join(map(json.dumps, lines)), ImportFormat.JSONL)

    assert counts(view) == (2, 0, 0, 4)
    assert {line: fields[0][0] for line, fields in world.rejected(view.job.id).items()} == {
        3: "birthday",
        4: "id",
        5: "id",
        6: "email",
    }
    assert world.member(derived_id(TENANT, "external_id", "CRM/1")).external_id == "CRM/1"


def test_progress_is_seen_while_it_runs(world: World) -> None:
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(9)))
    states = [world.imports.get(TENANT, job_id).progress.state]
    assert world.imports.get(TENANT, job_id).upload is not None
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    world.ranges.run(world.queue.tasks.pop(), stop_at=world.clock.now())

    view = world.imports.get(TENANT, job_id)
    states.append(view.progress.state)
    assert (view.progress.parts, view.progress.parts_done, view.progress.records_done) == (3, 1, 3)
    assert (view.progress.records_total, view.upload) == (9, None)
    assert 0 < view.progress.bytes_done < (view.progress.bytes_total or 0)
    done = world.work(job_id).progress
    states.append(done.state)
    assert done.bytes_done == done.bytes_total
    assert states == ["waiting_for_upload", "running", "done"]


def test_long_range_notes_its_progress_and_goes_on_after_its_time(world: World) -> None:
    world = World(range_records=1_000)
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(200)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    task = world.queue.tasks[0]
    save = world.members.save

    def slow(members: Any) -> Any:
        world.clock.advance(3)
        return save(members)

    world.members.save = slow  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        world.ranges.run(task, stop_at=world.clock.now() + 7_000)
    assert world.imports.get(TENANT, job_id).progress.records_done == 120

    world.members.save = save  # type: ignore[method-assign]
    world.ranges.run(task, stop_at=world.clock.now() + 7_000)
    assert counts(world.imports.get(TENANT, job_id)) == (200, 0, 0, 0)


def test_part_that_fails_too_often_shows_and_the_rest_is_imported(world: World) -> None:
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(9)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    poison, *others = world.queue.tasks
    for attempt in range(3):
        assert world.imports.get(TENANT, job_id).progress.parts_failed == 0, attempt
        world.killed_at(6, lambda: world.ranges.run(poison, stop_at=world.clock.now() + 1))
    for task in others:
        world.ranges.run(task, stop_at=world.clock.now() + 1)

    progress = world.imports.get(TENANT, job_id).progress
    assert (progress.state, progress.created, progress.parts_failed) == (ImportState.FAILED, 6, 1)
    assert progress.failure is not None
    assert "line 2" in progress.failure

    world.ranges.run(poison, stop_at=world.clock.now() + 1)
    assert world.imports.get(TENANT, job_id).progress.state is ImportState.DONE


def test_file_that_can_not_be_read_shows_after_the_last_attempt(world: World) -> None:
    job_id = world.upload(HEADER + "m1,,A,,,\n")
    key = world.imports.get(TENANT, job_id).job.key
    for attempt in range(3):
        assert world.imports.get(TENANT, job_id).progress.state is not ImportState.FAILED, attempt
        world.killed_at(9, lambda: world.cutting.run(key))
    assert world.imports.get(TENANT, job_id).progress.state is ImportState.FAILED

    assert world.work(job_id).progress.state is ImportState.DONE


def test_large_file_takes_its_share_of_what_runs_at_once_and_no_more() -> None:
    world = World(range_records=1)
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(70)))
    at_once = []
    view = world.work(job_id, order=lambda tasks: at_once.append(len(tasks)))
    assert (view.progress.state, view.progress.created) == (ImportState.DONE, 70)
    assert (max(at_once), len(at_once)) == (16, 70)


def test_lane_goes_on_wherever_an_attempt_was_killed() -> None:
    """As Lambda does it: what was killed comes again."""
    for step in itertools.count(1):
        world = World(lanes=1)
        job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(6)))
        world.cutting.run(world.imports.get(TENANT, job_id).job.key)
        first = partial(world.ranges.run, world.queue.tasks[0], stop_at=world.clock.now() + 1)
        was_killed = world.killed_at(step, first)
        world.queue.tasks.append(world.queue.tasks.pop(0))
        progress = world.drained(job_id).progress
        assert (progress.state, progress.created) == (ImportState.DONE, 6), step
        if not was_killed:
            assert step > 10
            return


def test_range_that_is_given_up_holds_up_nothing_behind_it() -> None:
    world = World(lanes=1)
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(9)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    poison = world.queue.tasks.pop(0)
    for _ in range(3):
        assert not world.queue.tasks
        world.killed_at(8, lambda: world.ranges.run(poison, stop_at=world.clock.now() + 1))
    progress = world.drained(job_id).progress
    assert (progress.state, progress.created, progress.parts_failed) == (ImportState.FAILED, 6, 1)


def test_slower_run_of_the_same_range_takes_no_attempt_back() -> None:
    world = World(range_records=100)
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(100)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    task, save, saved = world.queue.tasks[0], world.members.save, itertools.count()

    def others_meanwhile(*args: Any, **kwargs: Any) -> Any:
        if next(saved) == 0:
            for _ in range(2):
                world.killed_at(6, lambda: world.ranges.run(task, stop_at=world.clock.now() + 1))
            # Long enough for the slower one to note how far it is.
            world.clock.advance(3)
        return save(*args, **kwargs)

    world.members.save = others_meanwhile  # type: ignore[method-assign]
    with pytest.raises(TransientError):
        world.ranges.run(task, stop_at=world.clock.now() + 2_000)
    world.killed_at(6, lambda: world.ranges.run(task, stop_at=world.clock.now() + 1))
    assert world.imports.get(TENANT, job_id).progress.state is ImportState.FAILED


def test_import_whose_work_got_lost_ends_as_failed_and_goes_on_when_it_is_begun_again(world: World) -> None:
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(6)))
    world.cutting.run(world.imports.get(TENANT, job_id).job.key)
    lost, task = world.queue.tasks
    world.clock.advance(6 * HOUR)
    world.ranges.run(task, stop_at=world.clock.now() + 1)
    world.clock.advance(6 * HOUR)
    assert world.imports.get(TENANT, job_id).progress.state is ImportState.RUNNING
    world.clock.advance(HOUR)
    progress = world.imports.get(TENANT, job_id).progress
    assert (progress.state, progress.created) == (ImportState.FAILED, 3)
    assert "stood still" in (progress.failure or "")
    assert progress.finished_at == world.clock.now()
    world.ranges.run(lost, stop_at=world.clock.now() + 1)
    assert world.imports.get(TENANT, job_id).progress.state is ImportState.DONE


def test_import_without_a_file_ends_as_failed(world: World) -> None:
    job = world.imports.create(TENANT, ImportFormat.CSV, "user-1").entity.job
    world.clock.advance(8 * HOUR - 0.001)
    assert world.imports.get(TENANT, job.id).progress.state is ImportState.WAITING_FOR_UPLOAD
    world.clock.advance(0.001)
    progress = world.imports.get(TENANT, job.id).progress
    assert progress.state is ImportState.FAILED
    assert "begin a new import" in (progress.failure or "")


def test_file_replaced_while_it_is_imported_fails_what_is_left(world: World) -> None:
    job_id = world.upload(HEADER + "".join(f"m{n},,A,,,\n" for n in range(6)))
    job = world.imports.get(TENANT, job_id).job
    world.cutting.run(job.key)
    world.ranges.run(world.queue.tasks.pop(0), stop_at=world.clock.now() + 1)
    world.uploads.put(job.key, b"id\nother\n")

    view = world.work(job_id)

    assert (view.progress.state, view.progress.created) == (ImportState.FAILED, 3)
    assert "no longer there" in (view.progress.failure or "")
    assert "other" not in world.everybody()


@pytest.mark.parametrize("key", ["imports/studio/unknown.csv", "imports/x", "other/studio/import-1.csv"])
def test_object_that_is_no_import_is_left_alone(world: World, key: str) -> None:
    world.uploads.put(key, b"id\nm1\n")
    assert world.cutting.run(key) is None
    assert world.ranges.run(RangeTask(TENANT, "unknown", 0), stop_at=0) is None


def test_results_beside_the_file_are_no_imports(world: World) -> None:
    view = world.run(MIXED)
    assert any(world.cutting.run(key) is None for key in world.uploads.files if "rejected" in key)
    assert world.cutting.run(f"imports/another-tenant/{view.job.id}.csv") is None


def test_creation_repeated_with_its_key_gives_the_same_import(world: World) -> None:
    key = Creation("import-key", "fingerprint-1")
    first = world.imports.create(TENANT, ImportFormat.CSV, "user-1", "März.csv", key)
    again = world.imports.create(TENANT, ImportFormat.CSV, "user-1", "März.csv", key)

    assert (first.replayed, again.replayed, again.entity) == (False, True, first.entity)
    with pytest.raises(InvalidError):
        world.imports.create(TENANT, ImportFormat.JSONL, "user-1", None, Creation("import-key", "fingerprint-2"))


def test_import_of_another_tenant_is_not_found(world: World) -> None:
    job_id = world.upload(HEADER)
    with pytest.raises(NotFoundError):
        world.imports.get("another", job_id)
    with pytest.raises(NotFoundError):
        world.imports.lines("another", job_id, LineList.REJECTED, 1)


def test_upload_can_not_begin_after_its_time(world: World) -> None:
    job_id = world.upload(HEADER)
    world.clock.advance(3_601)
    assert world.imports.get(TENANT, job_id).upload is None


def test_imports_are_listed_newest_first(world: World) -> None:
    ids = [world.upload(HEADER) for _ in range(3)]
    assert [view.job.id for view in world.imports.page(TENANT, 2, None)] == ids[:0:-1]


PEOPLE = (
    "id,email,consent_email,consent_email_at,consent_email_confirmed_at\n"
    "m1,m1@example.com,yes,,\n"
    "m2,m2@example.com,yes,2026-01-01,\n"
    "m3,m3@example.com,yes,2026-01-01,2026-01-01T09:05:00Z\n"
    "m4,m4@example.com,no,,\n"
    "m5,,yes,,\n"
    "m6,m6@example.com,yes,,yesterday\n"
)


def statuses(world: World) -> dict[str, str]:
    return {one: member.consent["email"].status.value for one, member in sorted(world.everybody().items())}


@pytest.mark.parametrize("ask", [True, False])
def test_with_a_double_opt_in_the_yes_of_a_file_waits_and_asks_only_where_that_was_chosen(
    world: World, ask: bool
) -> None:
    world.asks_everybody()

    view = world.work(world.upload(PEOPLE, ask=ask))

    waiting = {"m1": "pending", "m2": "pending", "m5": "pending"}
    assert statuses(world) == {**waiting, "m3": "granted", "m4": "denied"}
    assert (counts(view), view.progress.awaiting_confirmation) == ((5, 0, 0, 1), 3)
    assert world.rejected(view.job.id) == {
        7: [("consent.email.proof", "{'double_opt_in': {'confirmed_at': 'yesterday'}}")]
    }
    assert world.asked() == ({"m1", "m2"} if ask else set()), "m5 has no address yet"
    before = world.everybody()

    again = world.work(world.upload(PEOPLE, ask=ask))

    assert (world.everybody(), again.progress.awaiting_confirmation) == (before, 3)
    assert world.asked() == ({"m1", "m2"} if ask else set())


def test_who_is_in_already_stays_in_and_who_moves_must_confirm(world: World) -> None:
    world.run("id,email,consent_email\nm1,m1@example.com,yes\nm2,m2@example.com,yes\n")
    world.asks_everybody()

    world.work(world.upload("id,email,consent_email\nm1,m1@example.com,yes\nm2,new@example.com,yes\n", ask=True))

    assert (statuses(world), world.asked()) == ({"m1": "granted", "m2": "pending"}, {"m2"})


def test_nobody_can_be_asked_without_the_setting(world: World) -> None:
    with pytest.raises(InvalidError) as refused:
        world.upload(PEOPLE, ask=True)
    assert [one.field for one in refused.value.problems] == ["send_confirmations"]


def test_killed_anywhere_an_import_lets_everybody_who_waits_be_asked() -> None:
    expected = World().asks_everybody()
    expected_view = expected.work(expected.upload(PEOPLE, ask=True))
    for kill_at in range(1, expected.steps + 1):
        world = World().asks_everybody()
        job_id = world.upload(PEOPLE, ask=True)
        world.kill_at = kill_at
        with pytest.raises(Killed):
            world.work(job_id)
        unasked = {one for one, status in statuses(world).items() if status == "pending"} - world.asked()
        assert unasked <= {"m5"}, kill_at
        view = finish_after_kill(world, job_id)
        assert (view.progress, world.everybody()) == (expected_view.progress, expected.everybody()), kill_at
        assert world.asked() == {"m1", "m2"}, kill_at
