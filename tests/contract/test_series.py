"""What SeriesStore and SeriesNotes do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.domain.audience.target import SegmentCopy, Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.review import Review
from ariia.domain.content.content import Content
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import MadeCampaign, MissedOccurrence, Occurrence, Series, SeriesStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore, DueCheck
from ariia.ports.series import SeriesChange, SeriesNote
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.series import MemorySeries

RULE = CalendarRule("FREQ=DAILY", "2027-01-16", "18:00", "Europe/Berlin")


@dataclass
class Stores:
    """Both of one kind, as a series makes campaigns."""

    series: Any
    campaigns: CampaignStore


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        campaigns = MemoryCampaigns()
        yield Stores(MemorySeries(campaigns), campaigns)
    else:
        request.getfixturevalue("dynamodb_tables")
        yield Stores(DynamoSeries(), DynamoCampaigns())


def any_series(tenant_id: str, series_id: str = "s1", **fields: Any) -> Series:
    return Series(series_id, tenant_id, Campaign(series_id, tenant_id, "News"), RULE, **fields)


def created(stores: Stores, tenant_id: str, series_id: str = "s1", **fields: Any) -> Series:
    series = any_series(tenant_id, series_id, **fields)
    assert stores.series.create(SeriesChange(series, Content("Hi"), Target()))
    return series


def test_one_reads_back_whole_and_is_created_once(stores: Stores, tenant_id: str) -> None:
    occurrence = Occurrence("2027-01-16T18:00:00", 5, 4)
    made = any_series(
        tenant_id,
        status=SeriesStatus.PAUSED,
        made=MadeCampaign("c1", occurrence, withdrawn=True),
        missed=MissedOccurrence("2027-01-15T18:00:00", 3, "no broadcast is left"),
        next_local=occurrence.local,
        wake_at=7,
        epoch=2,
    )
    made.draft.misfire = Misfire(MisfirePolicy.ASK, 600)
    content, target = Content("Hi", values={"a": 1}), Target({"any": ["x"]}, segments={"g1": SegmentCopy("Young")})
    move = Move("create", "", "draft", "anna", 1)
    change = SeriesChange(made, content, target, frozen=("hash", replace(content, html="<p>"), target), moves=[move])
    assert stores.series.create(change)
    assert stores.series.get(tenant_id, "s1") == made
    assert stores.series.content(tenant_id, "s1") == content
    assert stores.series.content(tenant_id, "s1", "hash").html == "<p>"
    assert stores.series.target(tenant_id, "s1", "hash") == target
    assert stores.series.history(tenant_id, "s1") == [move]
    assert not stores.series.create(SeriesChange(any_series(tenant_id, status=SeriesStatus.ENDED)))
    assert stores.series.get(tenant_id, "s1").status is SeriesStatus.PAUSED
    assert stores.series.get(f"{tenant_id}x", "s1") is None
    with pytest.raises(NotFoundError):
        stores.series.content(tenant_id, "s1", "another")


def test_a_member_is_replaced_wherever_a_target_lists_them(stores: Stores, tenant_id: str) -> None:
    ids, excluded = {"member_ids": ["anna", "ben"]}, {"member_ids": ["anna"], "tags": ["vip"]}
    frozen = ("h1", Content("Hi"), Target(exclude=excluded))
    change = SeriesChange(any_series(tenant_id), Content("Hi"), Target(ids), frozen=frozen)
    assert stores.series.create(change)
    assert stores.series.replace_in_targets(tenant_id, "s1", "anna", "nobody") == 2
    assert stores.series.replace_in_targets(tenant_id, "s1", "anna", "nobody") == 0
    assert stores.series.target(tenant_id, "s1") == Target({"member_ids": ["nobody", "ben"]})
    assert stores.series.target(tenant_id, "s1", "h1") == Target(exclude={"member_ids": ["nobody"], "tags": ["vip"]})
    assert stores.series.get(tenant_id, "s1").version == 1


def test_a_claim_stands_for_one_series(stores: Stores, tenant_id: str) -> None:
    assert stores.series.claimed(tenant_id, "k1") is None
    assert stores.series.create(SeriesChange(any_series(tenant_id)), "k1")
    assert not stores.series.create(SeriesChange(any_series(tenant_id, "s2")), "k1")
    assert stores.series.claimed(tenant_id, "k1") == "s1"
    assert stores.series.get(tenant_id, "s2") is None
    assert [one.id for one in stores.series.page(tenant_id, 10, None)] == ["s1"]


def test_of_two_writers_one_saves_and_only_its_parts_are_there(stores: Stores, tenant_id: str) -> None:
    series = created(stores, tenant_id)
    writers = [replace(series, review=Review(feedback=str(number))) for number in range(4)]

    def save(one: Series) -> bool:
        move = Move("edit", "draft", "draft", str(one.feedback), 2)
        return bool(stores.series.save(SeriesChange(one, Content(str(one.feedback)), moves=[move])))

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(save, writers))
    assert done.count(True) == 1
    winner = writers[done.index(True)]
    stored = stores.series.get(tenant_id, "s1")
    assert (stored.version, stored.feedback) == (2, winner.feedback)
    assert stores.series.content(tenant_id, "s1").subject == winner.feedback
    assert [one.by for one in stores.series.history(tenant_id, "s1")] == [winner.feedback]
    assert [one.version for one in writers if one is not winner] == [1, 1, 1]


def campaign(tenant_id: str, campaign_id: str = "c1") -> CampaignChange:
    made = Campaign(campaign_id, tenant_id, "News", status=CampaignStatus.SCHEDULED, series_id="s1", occurrence_at=9)
    content, move = Content("Hi"), Move("create", "", "draft", "system", 1)
    check = DueCheck(5, tenant_id, campaign_id, 1)
    return CampaignChange(made, content, Target(), ("hash", content, Target()), [move], check=check)


def test_a_campaign_and_the_step_behind_it_are_one_write(stores: Stores, tenant_id: str) -> None:
    series = created(stores, tenant_id)
    stale = replace(series)
    series.next_local = "2027-01-17T18:00:00"
    assert stores.series.make(SeriesChange(series), campaign(tenant_id))
    stored = stores.campaigns.get(tenant_id, "c1")
    assert stored is not None
    assert (stored.version, stored.series_id, stored.occurrence_at) == (1, "s1", 9)
    assert stores.campaigns.content(tenant_id, "c1", "hash").subject == "Hi"
    assert (series.version, stores.series.get(tenant_id, "s1").next_local) == (2, "2027-01-17T18:00:00")
    assert not stores.series.make(SeriesChange(stale), campaign(tenant_id, "c2"))
    assert (stores.campaigns.get(tenant_id, "c2"), stale.version) == (None, 1)
    assert not stores.series.make(SeriesChange(series), campaign(tenant_id))
    assert (series.version, stores.series.get(tenant_id, "s1").version) == (2, 2)
    assert stores.series.campaign_ids(tenant_id, "s1", 10, None) == ["c1"]
    stores.campaigns.drop(DueCheck(5, tenant_id, "c1", 1))  # type: ignore[attr-defined]


def test_campaigns_of_a_series_come_newest_first_and_complete(stores: Stores, tenant_id: str) -> None:
    series, other = created(stores, tenant_id), created(stores, tenant_id, "s")
    for number in range(5):
        assert stores.series.make(SeriesChange(series), campaign(tenant_id, f"c{number}"))
    assert stores.series.make(SeriesChange(other), campaign(tenant_id, "x1"))
    found: list[str] = []
    while page := stores.series.campaign_ids(tenant_id, "s1", 2, found[-1] if found else None):
        found += page
    assert found == ["c4", "c3", "c2", "c1", "c0"]
    assert stores.series.campaign_ids(tenant_id, "s", 5, None) == ["x1"]
    for name in [*found, "x1"]:
        stores.campaigns.drop(DueCheck(5, tenant_id, name, 1))  # type: ignore[attr-defined]


def test_pages_are_newest_first_and_of_one_tenant(stores: Stores, tenant_id: str) -> None:
    for number in range(5):
        created(stores, tenant_id, f"s{number}")
    created(stores, f"{tenant_id}x", "s9")
    first = [one.id for one in stores.series.page(tenant_id, 3, None)]
    assert first == ["s4", "s3", "s2"]
    assert [one.id for one in stores.series.page(tenant_id, 3, first[-1])] == ["s1", "s0"]


def test_notes_come_in_order_until_they_are_dropped_and_only_with_their_change(stores: Stores, tenant_id: str) -> None:
    # Long ago, so that notes of other tests don't come in between.
    notes = [SeriesNote(at, tenant_id, "s1", 2) for at in (9, 100, 1_000)]
    series = created(stores, tenant_id)
    stale = replace(series)
    for note in reversed(notes):
        assert stores.series.save(SeriesChange(series, note=note))
    assert not stores.series.save(SeriesChange(stale, note=SeriesNote(1, tenant_id, "s1", 3)))
    assert stores.series.due(1_000, None, 10) == notes[:2]
    assert stores.series.due(1_001, None, 2) == notes[:2]
    assert stores.series.due(1_001, notes[1], 10) == notes[2:]
    stores.series.drop(notes[0])
    stores.series.drop(notes[0])
    assert stores.series.due(1_001, None, 10) == notes[1:]
    for note in notes:
        stores.series.drop(note)
