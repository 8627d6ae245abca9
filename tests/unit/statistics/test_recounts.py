"""Counting figures anew, as it is asked for and followed at the API, and done in an invocation of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ariia.domain.errors import TransientError
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, EntryState, PlanCursor
from ariia.domain.ledger.receipt import Receipt
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.statistics.recount import NO_SIGN_OF_LIFE_MS
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition, PlanPage, ReceiptKey
from ariia.services.statistics.counting import StreamCounter
from ariia.services.statistics.recounting import Recounting
from ariia.services.statistics.recounts import RecountRunner, Recounts
from tests.doubles.clock import ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.statistics import MemoryStatistics
from tests.simulation.world.stream import StreamedLedger
from tests.unit.campaigns.campaign_clients import Api

AT = 1_800_000_000_000


class _Tokens:
    def __init__(self) -> None:
        self.given = 0

    def token(self) -> str:
        self.given += 1
        return f"run-{self.given}"


class _Clock(ManualClock):
    """While somebody waits, the stream is read, and `meanwhile` happens."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._stage.read_stream()


class Stage:
    """A campaign of two members, of whom one got it; its counters were counted from the stream."""

    def __init__(self) -> None:
        self.api = Api()
        self.path = f"/v1/campaigns/{self.api.draft()['id']}"
        self.key = self.path.rsplit("/", 1)[1]
        self.ledger, self.store, self.jobs = StreamedLedger(), MemoryStatistics(), MemoryJobs()
        self.clock, self.asked, self.is_down = _Clock(self), list[tuple[str, str, str]](), False
        self.stands_still, self.meanwhile = False, list[Callable[[], None]]()
        desk = self.api.desk
        desk.recounts = Recounts(desk.campaigns, self.jobs, self, self.clock, _Tokens())  # type: ignore[attr-defined]
        self.partition = Partition("gym", self.key, 0)
        batch = Batch(BatchKey("gym", self.key, 0, "anna", "l0", 0), [_sent("anna"), Entry("ben")])
        assert self.ledger.commit_page(PlanPage(self.partition, PlanCursor(version=1), [batch]))
        self.event("anna", delivered_at=AT)
        self.change(status=CampaignStatus.SENT, shards=2)
        self.read_stream()

    def start(self, *about: str) -> None:
        """As the port of the work."""
        if self.is_down:
            raise TransientError("no")
        self.asked.append((about[0], about[1], about[2]))

    def change(self, **fields: Any) -> None:
        campaign = self.api.desk.store.get("gym", self.key)
        vars(campaign).update(fields)
        assert self.api.desk.store.save(CampaignChange(campaign))

    def event(self, member_id: str, **times: int) -> None:
        self.ledger.merge_receipt(ReceiptKey(self.partition, member_id, "l0"), Receipt(times=dict(times)))

    def read_stream(self) -> None:
        for happens in self.meanwhile:
            happens()
        for shard, records in enumerate(self.ledger.records):
            if not self.stands_still:
                StreamCounter(self.store).count(f"shard-{shard}", records)

    def damage(self) -> None:
        self.store.items[f"gym#{self.key}"]["lane:l0", "shard-0"]["delivered"] += 3

    def figures(self) -> dict[tuple[str, str], int]:
        return dict(self.store.read(f"gym#{self.key}", "lane:"))

    def ask(self, role: str = "admin") -> Any:
        return self.api.as_role(role).post(f"{self.path}/stats/recount")

    def work(self, seconds: int = 300) -> Any:
        runner = RecountRunner(
            self.api.desk.store, self.jobs, Recounting(self.ledger, self.store, self.clock, 1), self.clock
        )
        return runner.run(*self.asked[-1], self.clock.now() + seconds * 1000)

    def follow(self) -> Any:
        return self.api.as_role("admin").get(f"{self.path}/stats/recount")


def _sent(member_id: str) -> Entry:
    return Entry(member_id, EntryState.ACCEPTED, "p-1", 1, AT)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_damaged_counters_are_right_again_and_the_answer_says_what_was_corrected(stage: Stage) -> None:
    right = stage.figures()
    stage.damage()
    assert stage.ask().status == 202
    assert stage.follow().body["status"] == "waiting"
    stage.work()
    assert stage.figures() == right
    done = stage.follow().body
    assert (done["status"], done["corrected"], done["counters"], done["passes"]) == ("done", {"delivered": -3}, 1, 1)


def test_right_counters_are_left_alone(stage: Stage) -> None:
    stage.ask()
    stage.work()
    assert (stage.follow().body["corrected"], stage.follow().body["counters"]) == ({}, 0)


def test_counters_by_day_of_an_earlier_format_turn_into_those_by_hour(stage: Stage) -> None:
    items = stage.store.items[f"gym#{stage.key}"]
    new = {group: items.pop(group) for group in [one for one in items if one[0].startswith("hour:")]}
    items["day:2027-01-15", "shard-0"] = next(iter(items.values())).__class__({"08:accepted": 1, "08:delivered": 1})
    stage.ask()
    stage.work()
    assert stage.store.read(f"gym#{stage.key}", "day:") == {}
    hours = {(group, fact): count for (group, _), facts in new.items() for fact, count in facts.items()}
    assert stage.store.read(f"gym#{stage.key}", "hour:") == hours


def test_figures_of_an_erased_member_outlive_the_recount(stage: Stage) -> None:
    before = stage.figures()
    stage.ledger.delete_receipts(stage.partition, "anna")
    stage.read_stream()
    stage.ask()
    stage.work()
    assert stage.figures() == before
    assert stage.follow().body["counters"] == 0


def test_counters_that_move_in_every_pass_are_left_as_they_are(stage: Stage) -> None:
    stage.damage()
    damaged = stage.figures()
    moves = iter(range(1, 1_000))
    stage.meanwhile.append(lambda: stage.event(f"m{next(moves)}", opened_at=AT))
    stage.ask()
    stage.work(20)
    told = stage.follow().body
    assert (told["status"], told["failure"], told["counters"]) == ("failed", "counters_moved", 0)
    assert told["passes"] > 1
    assert stage.figures()["lane:l0", "delivered"] == damaged["lane:l0", "delivered"]


def test_a_stream_that_stands_still_corrects_nothing(stage: Stage) -> None:
    stage.event("ben", delivered_at=AT)
    stage.stands_still = True
    before = stage.figures()
    stage.ask()
    stage.work(90)
    assert (stage.follow().body["status"], stage.follow().body["failure"]) == ("failed", "stream_behind")
    assert stage.figures() == before


def test_a_recount_that_is_not_over_is_found_again_and_one_that_is_over_begins_anew(stage: Stage) -> None:
    stage.ask()
    stage.ask()
    assert [run for _, _, run in stage.asked] == ["run-1", "run-1"]
    stage.work()
    assert stage.work() is None
    stage.ask()
    assert stage.asked[-1][2] == "run-2"


def test_a_recount_that_could_not_be_begun_is_begun_when_asked_again(stage: Stage) -> None:
    stage.is_down = True
    assert stage.ask().status == 503
    stage.is_down = False
    assert stage.ask().status == 202
    assert stage.asked[-1][2] == "run-1"


def test_a_recount_without_a_sign_of_life_reads_as_stopped(stage: Stage) -> None:
    stage.ask()
    stage.clock.sleep(NO_SIGN_OF_LIFE_MS / 1000 + 1)
    assert (stage.follow().body["status"], stage.follow().body["failure"]) == ("failed", "stopped")


def test_a_campaign_that_is_sending_is_told_to_come_later(stage: Stage) -> None:
    stage.change(status=CampaignStatus.SENDING)
    assert stage.ask().status == 409
    stage.change(paused_at=AT)
    assert stage.ask().status == 202


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "agent"])
def test_recounting_is_for_admins(stage: Stage, role: str) -> None:
    assert stage.ask(role).status == 403


def test_who_never_asked_finds_no_recount(stage: Stage) -> None:
    assert stage.follow().status == 404
    assert stage.api.as_role("admin", tenant="club").post(f"{stage.path}/stats/recount").status == 404
