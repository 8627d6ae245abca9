"""Segments are made, edited and deleted, each under its rules."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.review import Review
from ariia.domain.errors import ConflictError, InvalidError, LimitError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import Series, SeriesStatus
from ariia.domain.tenants.plan import Feature, Plan
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.series import SeriesChange
from ariia.services.audience.counting import AudienceCounter, ShardCounter
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.audience.segment_counts import SegmentCounts
from ariia.services.audience.segment_freezing import SegmentFreezing, ShardFiller
from ariia.services.audience.segment_holds import Holder, SegmentHolds
from ariia.services.audience.segment_members import SegmentMembers
from ariia.services.audience.segments import Segments
from ariia.services.tenants.quotas import Quotas
from tests.builders import segment_uses
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds, ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.ledger import MemoryLedger
from tests.doubles.members.engagement import MemoryEngagement
from tests.doubles.members.members import MemoryMembers
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.segments import MemorySegmentLists, MemorySegments
from tests.doubles.series import MemorySeries
from tests.doubles.shard_work import MemoryShardWork
from tests.doubles.tenants import MemoryTenants

SHARDS = 4
YOGA: dict[str, Any] = {"field": "tags", "op": "contains", "value": "yoga"}


class SegmentDesk:
    def __init__(self, plan: Plan = Plan.BUSINESS, at_once: int = 1_000) -> None:
        self.campaigns, self.store, self.clock = MemoryCampaigns(), MemorySegments(), ManualClock()
        tenants = MemoryTenants()
        for one in ("gym", "club"):
            tenants.create(Tenant(one, one.title(), plan=plan))
        existing = {Feature.SEGMENTS: lambda tenant, most: [one.id for one in self.store.page(tenant, most, None)]}
        self.quotas = Quotas(MemoryQuotas(), tenants, self.clock, existing)
        self.series, ids = MemorySeries(self.campaigns), CountingIds("s")
        self.members, self.lists, self.jobs = MemoryMembers(SHARDS), MemorySegmentLists(SHARDS), MemoryJobs()
        self.holds = SegmentHolds(self.jobs, segment_uses(self.campaigns, self.series), self.clock, CountingIds("h"))
        self.segments = Segments(self.store, self.campaigns, self.holds, self.quotas, self.clock, ids)
        self.queue, ids = MemoryShardWork(), CountingIds("j")
        self.engagement = MemoryEngagement(self.members)
        facts = PageFactsReader(self.campaigns, MemoryLedger(), self.lists, self.engagement, self.clock, SHARDS)
        counter = AudienceCounter(self.members, facts, self.clock, SHARDS, at_once)
        self.segment_members = SegmentMembers(self.segments, self.holds, self.lists, self.members, self.queue, SHARDS)
        self.segment_counts = SegmentCounts(
            self.segments, counter, self.members, self.jobs, self.queue, self.clock, ids, SHARDS
        )
        self.segment_freezing = SegmentFreezing(self.segments, self.jobs, self.queue, self.clock, ids, SHARDS)
        self.counter = ShardCounter(self.members, facts, self.jobs, self.clock)
        self.filler = ShardFiller(self.members, facts, self.store, self.lists, self.jobs, self.clock)

    def segment(self, **fields: Any) -> MemberSegment:
        return self.segments.create("gym", "anna", {"name": "Yoga", "filter_json": YOGA} | fields).entity

    def add(self, *ids: str, **fields: Any) -> None:
        for one in ids:
            consent = {"email": Consent(ConsentStatus.GRANTED, "test", 1)}
            assert self.members.save([Member(one, "gym", email=f"{one}@x.de", consent=consent, **fields)]) == []

    def listed(self, segment: MemberSegment) -> list[str]:
        return sorted(self.segment_members.page("gym", segment.id, 1_000, None).member_ids)

    def campaign(self, **fields: Any) -> None:
        known = {"id": "spring", "tenant_id": "gym", "name": "Spring"}
        assert self.campaigns.create(CampaignChange(Campaign(**(known | fields))))


@pytest.fixture
def desk() -> SegmentDesk:
    return SegmentDesk()


def test_filter_may_ask_only_about_campaigns_of_the_tenant(desk: SegmentDesk) -> None:
    asking = {"field": "campaign:spring:opened", "op": "eq", "value": True}
    with pytest.raises(InvalidError) as caught:
        desk.segment(filter_json={"all": [YOGA, {"not": asking}, asking]})
    assert [(one.field, one.value) for one in caught.value.problems] == [("filter_json.all[1].not.field", "spring")]
    desk.campaign()
    assert desk.segment(filter_json=asking).filter_json == asking


def test_static_segment_has_no_filter(desk: SegmentDesk) -> None:
    assert not desk.segment(is_dynamic=False, filter_json={}).is_dynamic
    with pytest.raises(InvalidError):
        desk.segment(is_dynamic=False)
    with pytest.raises(InvalidError):
        desk.segment(filter_json={})


def test_edit_needs_the_version_and_a_filter_in_order(desk: SegmentDesk) -> None:
    made = desk.segment()
    assert desk.segments.change("gym", made.id, {"name": "Asana"}, 1).version == 2
    with pytest.raises(ConflictError):
        desk.segments.change("gym", made.id, {"name": "Late"}, 1)
    with pytest.raises(InvalidError):
        desk.segments.change("gym", made.id, {"filter_json": {"field": "tags"}}, 2)


@pytest.mark.parametrize(
    ("status", "planned_at", "is_refused"),
    [
        (CampaignStatus.DRAFT, None, False),
        (CampaignStatus.PENDING_REVIEW, None, True),
        (CampaignStatus.APPROVED, None, True),
        (CampaignStatus.SCHEDULED, None, True),
        (CampaignStatus.SENDING, None, True),
        (CampaignStatus.SENDING, 5, False),
        (CampaignStatus.SENT, 5, False),
        (CampaignStatus.FAILED, None, True),
        (CampaignStatus.FAILED, 5, False),
        (CampaignStatus.CANCELLED, None, False),
    ],
)
def test_segment_can_be_deleted_when_no_campaign_waits_for_it(
    desk: SegmentDesk, status: CampaignStatus, planned_at: int | None, is_refused: bool
) -> None:
    made = desk.segment()
    desk.holds.hold("gym", [made.id], Holder("campaign", "spring", 0))
    desk.campaign(status=status, planned_at=planned_at, review=Review(segment_ids=[made.id]))
    for number in range(120):
        desk.campaign(id=f"z{number}", status=CampaignStatus.APPROVED, review=Review(segment_ids=["other"]))
    if is_refused:
        with pytest.raises(ConflictError, match="spring"):
            desk.segments.delete("gym", made.id, 1)
    else:
        desk.segments.delete("gym", made.id, 1)
    assert (desk.store.get("gym", made.id) is None) is not is_refused


@pytest.mark.parametrize("status", SeriesStatus)
def test_segment_can_be_deleted_when_no_series_goes_on_needing_it(desk: SegmentDesk, status: SeriesStatus) -> None:
    made = desk.segment()
    desk.holds.hold("gym", [made.id], Holder("series", "s1", 0))
    draft, review = Campaign("s1", "gym", "News"), Review(segment_ids=[made.id])
    rule = CalendarRule("FREQ=DAILY", "2027-01-16", "18:00", "Europe/Berlin")
    assert desk.series.create(SeriesChange(Series("s1", "gym", draft, rule, status, review=review)))
    if status in (SeriesStatus.DRAFT, SeriesStatus.ENDED):
        desk.segments.delete("gym", made.id, 1)
    else:
        with pytest.raises(ConflictError, match="the series s1"):
            desk.segments.delete("gym", made.id, 1)


def test_plan_bounds_how_many_there_are_and_a_deleted_one_leaves_room() -> None:
    desk = SegmentDesk(Plan.PROFESSIONAL)
    made = [desk.segment() for _ in range(3)]
    with pytest.raises(LimitError, match="allows 3 segments"):
        desk.segment()
    desk.segments.delete("gym", made[0].id, 1)
    assert desk.segment().version == 1
    with pytest.raises(LimitError, match="has no segments"):
        SegmentDesk(Plan.STARTER).segment()
