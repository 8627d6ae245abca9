"""Who is in a list that was approved with a campaign or a series stays who was in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Member
from ariia.domain.series.series import Series
from ariia.ports.campaigns import CampaignChange
from ariia.services.audience.segment_holds import KIND
from ariia.services.audience.segment_members import SegmentMembers
from ariia.services.audience.segments import Segments
from tests.doubles.clock import CountingIds
from tests.doubles.members.members import MemoryMembers
from tests.doubles.segments import MemorySegmentLists
from tests.doubles.shard_work import MemoryShardWork
from tests.unit.series.series_desk import DAILY, SeriesDesk

SHARDS = 4


class HoldsDesk(SeriesDesk):
    """A tenant with a list, campaigns and series, and members to put on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.lists, self.people = MemorySegmentLists(SHARDS), MemoryMembers(SHARDS)
        assert self.people.save([Member(one, "gym", email=f"{one}@x.de") for one in ("anna", "ben", "cleo")]) == []
        self.all_segments = Segments(self.segments, self.store, self.holds, self.quotas, self.clock, CountingIds("l"))
        self.segment_members = SegmentMembers(
            self.all_segments, self.holds, self.lists, self.people, MemoryShardWork(), SHARDS
        )
        self.list = self.a_list("Board")
        self.put("anna")

    def a_list(self, name: str) -> MemberSegment:
        return self.all_segments.create("gym", "anna", {"name": name, "is_dynamic": False, "filter_json": {}}).entity

    def put(self, *ids: str, off: tuple[str, ...] = ()) -> None:
        self.segment_members.change("gym", self.list.id, ids, off)

    def listed(self) -> list[str]:
        return sorted(self.segment_members.page("gym", self.list.id, 100, None).member_ids)

    @property
    def target(self) -> dict[str, Any]:
        return {"target_type": TargetType.SEGMENT, "target_filter_json": {"segment_ids": [self.list.id]}}

    def change_of(self, campaign: Campaign, **fields: Any) -> None:
        fresh = self.store.get("gym", campaign.id)
        assert self.store.save(CampaignChange(replace(fresh, **fields)))

    def is_fixed(self) -> bool:
        """True when the list can't be changed in any way; else it is as it was before."""
        changes = [(("ben",), ()), ((), ("anna",)), (("cleo",), ("anna",))]
        refused = [self.refuses(*change) for change in changes]
        assert len(set(refused)) == 1
        if not refused[0]:
            self.put("anna", off=("ben", "cleo"))
        return refused[0]

    def refuses(self, add: tuple[str, ...], remove: tuple[str, ...]) -> bool:
        before = self.listed()
        try:
            self.put(*add, off=remove)
        except ConflictError:
            return self.listed() == before
        return False


@pytest.fixture
def desk() -> HoldsDesk:
    return HoldsDesk()


def test_the_list_of_an_approved_campaign_stays_until_its_audience_stands(desk: HoldsDesk) -> None:
    assert not desk.is_fixed()
    campaign = desk.submitted(**desk.target)
    assert desk.is_fixed()
    campaign = desk.campaign_review.approve("gym", campaign.id, "ben", campaign.submitted_hash or "")
    assert desk.is_fixed()
    desk.campaign_sending.send("gym", campaign.id, "ben")
    assert desk.is_fixed()
    desk.change_of(campaign, planned_at=5)
    assert not desk.is_fixed()


def test_a_list_that_a_campaign_excludes_stays_as_well(desk: HoldsDesk) -> None:
    desk.submitted(exclude={"segment_ids": [desk.list.id]})
    assert desk.is_fixed()


@pytest.mark.parametrize(
    "leave",
    [
        lambda desk, one: desk.campaign_review.reject("gym", one.id, "ben", "not them"),
        lambda desk, one: desk.campaign_editing.change("gym", one.id, "anna", {"name": "New"}, one.version),
        lambda desk, one: desk.campaign_stopping.cancel("gym", one.id, "anna"),
    ],
    ids=["rejected", "edited", "cancelled"],
)
def test_a_campaign_that_is_taken_back_frees_its_list_at_once(
    desk: HoldsDesk, leave: Callable[[HoldsDesk, Campaign], object]
) -> None:
    campaign = desk.submitted(**desk.target)
    leave(desk, campaign)
    assert not desk.is_fixed()


def test_a_campaign_that_failed_before_it_was_planned_may_be_sent_again_to_the_same_people(desk: HoldsDesk) -> None:
    campaign = desk.approved(**desk.target)
    desk.change_of(campaign, status=CampaignStatus.FAILED)
    assert desk.is_fixed()
    desk.change_of(campaign, planned_at=5)
    assert not desk.is_fixed()


def test_a_series_says_that_its_list_stays_and_keeps_it_so(desk: HoldsDesk) -> None:
    series = desk.series_draft(DAILY, **desk.target)
    submission = desk.series_review.submit("gym", series.id, "anna")
    assert [one.message for one in submission.warnings if one.code == "fixed_list"] == [
        "the list 'Board' can't be changed while the series runs; for members who come and go, use a tag"
    ]
    assert desk.is_fixed()
    approved = desk.series_review.approve("gym", series.id, "ben", submission.series.submitted_hash or "")
    assert desk.is_fixed()
    desk.series_stopping.pause("gym", series.id, "anna")
    assert desk.is_fixed(), "it goes on under the same approval"
    desk.series_stopping.end("gym", approved.id, "anna")
    assert not desk.is_fixed()


def test_the_campaign_of_an_ended_series_that_has_begun_keeps_its_list(desk: HoldsDesk) -> None:
    series = desk.series_approved(DAILY, **desk.target)
    desk.clock.advance((made_at(desk, series) - desk.clock.now()) / 1000)
    desk.wake()
    [campaign] = desk.made(series)
    desk.change_of(campaign, status=CampaignStatus.SENDING)
    desk.series_stopping.end("gym", series.id, "anna")
    assert desk.is_fixed()
    desk.change_of(campaign, planned_at=5)
    assert not desk.is_fixed()


def made_at(desk: HoldsDesk, series: Series) -> int:
    at = desk.read(series).wake_at
    assert at is not None
    return at


def test_nothing_is_submitted_while_its_list_is_being_changed(desk: HoldsDesk) -> None:
    draft, series = desk.draft(**desk.target).campaign, desk.series_draft(DAILY, **desk.target)
    with desk.holds.changing("gym", desk.list.id):
        with pytest.raises(ConflictError, match="is being changed just now"):
            desk.campaign_review.submit("gym", draft.id, "anna")
        with pytest.raises(ConflictError, match="is being changed just now"):
            desk.series_review.submit("gym", series.id, "anna")
    assert desk.campaign_review.submit("gym", draft.id, "anna").campaign.status is CampaignStatus.PENDING_REVIEW


def test_a_change_that_died_keeps_nobody_from_submitting_for_longer_than_a_request(desk: HoldsDesk) -> None:
    desk.holds._begin("gym", desk.list.id, "died")
    draft = desk.draft(**desk.target).campaign
    desk.clock.advance(59)
    with pytest.raises(ConflictError):
        desk.campaign_review.submit("gym", draft.id, "anna")
    desk.clock.advance(1)
    assert desk.campaign_review.submit("gym", draft.id, "anna").campaign.status is CampaignStatus.PENDING_REVIEW


def test_a_change_between_hold_and_submission_is_refused_and_a_submission_that_died_frees_the_list(
    desk: HoldsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, save, fixed = desk.draft(**desk.target).campaign, desk.store.save, list[bool]()

    def late(change: CampaignChange) -> bool:
        fixed.append(desk.is_fixed())
        raise RuntimeError("killed")

    monkeypatch.setattr(desk.store, "save", late)
    with pytest.raises(RuntimeError):
        desk.campaign_review.submit("gym", draft.id, "anna")
    monkeypatch.setattr(desk.store, "save", save)
    assert fixed == [True]
    desk.clock.advance(60)
    assert not desk.is_fixed()


def test_two_changes_at_once_both_go_through(desk: HoldsDesk) -> None:
    with desk.holds.changing("gym", desk.list.id):
        desk.put("ben")
    desk.put("cleo")
    assert desk.listed() == ["anna", "ben", "cleo"]


def test_what_is_over_is_forgotten(desk: HoldsDesk) -> None:
    for _ in range(5):
        campaign = desk.submitted(**desk.target)
        desk.campaign_stopping.cancel("gym", campaign.id, "anna")
    desk.submitted(**desk.target)
    job = desk.jobs.get("gym", KIND, desk.list.id)
    assert job is not None
    assert len(job.document["holders"]) == 1


def test_an_erasure_takes_its_member_off_a_list_that_is_approved(desk: HoldsDesk) -> None:
    """Erasures and the segments' own emptying write the lists themselves: nothing may hold them up."""
    desk.approved(**desk.target)
    desk.lists.remove("gym", desk.list.id, ["anna"])
    assert desk.listed() == []
    assert desk.is_fixed()


def test_neither_the_segment_can_be_deleted(desk: HoldsDesk) -> None:
    campaign = desk.approved(**desk.target)
    with pytest.raises(ConflictError, match=campaign.id):
        desk.segment_members.delete("gym", desk.list.id, 1)
    desk.campaign_stopping.cancel("gym", campaign.id, "anna")
    desk.segment_members.delete("gym", desk.list.id, 1)
