"""Scheduling, unscheduling, firing and misfiring: against crashes and races too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.campaigns.run import take_charge
from ariia.domain.errors import ConflictError, InvalidError, LimitError, TransientError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.domain.tenants.plan import Plan
from ariia.ports.campaigns import CampaignChange
from ariia.services.campaigns.firing import CampaignFiring, ScheduleChecks
from ariia.services.campaigns.scheduling import CHECK_AFTER_MS
from tests.doubles.campaigns import MemoryCampaigns
from tests.unit.campaigns.campaign_desk import Desk

S, T = CampaignStatus, CampaignType
# The desk's clock stands at 2027-01-15T08:00:00Z.
NINE = "2027-01-15T09:00:00+00:00"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def scheduled(desk: Desk, **fields: Any) -> Campaign:
    campaign = desk.approved(**{"type": T.SCHEDULED, "scheduled_at": NINE} | fields)
    return desk.campaign_scheduling.schedule("gym", campaign.id, "ben")


def firing(desk: Desk) -> CampaignFiring:
    return CampaignFiring(desk.store, desk.broadcasts, desk.clock)


def fire(desk: Desk) -> list[int | None]:
    """What the runs of all schedules that are due by now would be."""
    due = desk.schedules.fired(desk.clock.now())
    return [firing(desk).fire(one["tenant_id"], one["campaign_id"], one["schedule_epoch"]) for one in due]


def checks(desk: Desk) -> ScheduleChecks:
    return ScheduleChecks(desk.store, firing(desk), desk.runs, desk.clock)


def test_it_fires_once_at_its_time_and_the_run_takes_charge(desk: Desk) -> None:
    campaign = scheduled(desk)
    assert (campaign.status, campaign.schedule_epoch) == (S.SCHEDULED, campaign.version)
    assert fire(desk) == []
    desk.clock.advance(3600)
    assert fire(desk) == [campaign.version]
    assert take_charge(desk.stored(campaign), campaign.version, by="system", at=desk.clock.now()).after == S.SENDING


def test_a_schedule_that_fires_twice_names_the_same_run_until_it_has_begun(desk: Desk) -> None:
    campaign = scheduled(desk)
    desk.clock.advance(3600)
    answers = [firing(desk).fire("gym", campaign.id, campaign.version) for _ in range(2)]
    assert answers == [campaign.version, campaign.version]
    begun = desk.stored(campaign)
    assert desk.store.save(
        CampaignChange(begun, moves=[take_charge(begun, begun.version, by="system", at=desk.clock.now())])
    )
    assert firing(desk).fire("gym", campaign.id, campaign.version) is None


@pytest.mark.parametrize("undo", ["unschedule", "edit", "cancel"])
def test_a_stale_schedule_does_nothing_even_if_the_campaign_is_scheduled_anew(desk: Desk, undo: str) -> None:
    campaign = scheduled(desk)
    epoch, approved = campaign.version, campaign.approved_hash or ""
    if undo == "unschedule":
        assert desk.campaign_scheduling.unschedule("gym", campaign.id, "ben").status is S.APPROVED
        assert not desk.schedules.waiting
        desk.campaign_scheduling.schedule("gym", campaign.id, "ben")
    elif undo == "edit":
        changed = desk.campaign_editing.change("gym", campaign.id, "anna", {"name": "New"}, epoch).campaign
        assert (changed.status, changed.approved_hash) == (S.DRAFT, None)
    else:
        desk.campaign_stopping.cancel("gym", campaign.id, "ben")
    assert approved
    desk.clock.advance(3600)
    assert firing(desk).fire("gym", campaign.id, epoch) is None


def test_a_schedule_whose_maker_died_before_the_campaign_said_so_does_nothing(desk: Desk) -> None:
    class Dying(MemoryCampaigns):
        def save(self, change: CampaignChange) -> bool:
            if change.campaign.status is S.SCHEDULED:
                raise TransientError("killed")
            return super().save(change)

    desk = Desk(store=Dying())
    campaign = desk.approved(type=T.SCHEDULED, scheduled_at=NINE)
    with pytest.raises(TransientError):
        desk.campaign_scheduling.schedule("gym", campaign.id, "ben")
    assert list(desk.schedules.waiting) == [f"{campaign.id}-{campaign.version + 1}"]
    desk.clock.advance(3600)
    assert fire(desk) == [None]
    assert desk.stored(campaign).status is S.APPROVED


def test_unscheduling_that_races_the_firing_has_one_winner_and_says_which() -> None:
    class Raced(MemoryCampaigns):
        armed = False

        def save(self, change: CampaignChange) -> bool:
            if self.armed:
                self.armed = False
                rival = self.get("gym", change.campaign.id)
                assert rival is not None
                move = take_charge(rival, rival.version, by="system", at=1)
                assert super().save(CampaignChange(rival, moves=[move]))
            return super().save(change)

    store = Raced()
    desk = Desk(store=store)
    campaign = scheduled(desk)
    store.armed = True
    with pytest.raises(ConflictError, match="is sending by now"):
        desk.campaign_scheduling.unschedule("gym", campaign.id, "ben")
    assert desk.stored(campaign).status is S.SENDING


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ("2027-01-15T07:59:59Z", "has passed"),
        ("2028-06-01T09:00:00Z", "too far ahead"),
        (None, "is required"),
    ],
)
def test_time_must_be_to_come_and_within_a_year(desk: Desk, time: str | None, message: str) -> None:
    draft = desk.draft(type=T.SCHEDULED, scheduled_at=time)
    with pytest.raises(FindingsError, match=message):
        desk.campaign_review.submit("gym", draft.campaign.id, "anna")


def test_time_that_passes_between_approval_and_scheduling_is_noticed(desk: Desk) -> None:
    campaign = desk.approved(type=T.SCHEDULED, scheduled_at=NINE)
    desk.clock.advance(3600)
    with pytest.raises(FindingsError, match="has passed"):
        desk.campaign_scheduling.schedule("gym", campaign.id, "ben")


def test_approval_is_bound_to_the_time(desk: Desk) -> None:
    campaign = desk.approved(type=T.SCHEDULED, scheduled_at=NINE)
    changes = {"scheduled_at": "2027-01-15T10:00:00Z"}
    moved = desk.campaign_editing.change("gym", campaign.id, "anna", changes, campaign.version).campaign
    again = desk.campaign_review.submit("gym", moved.id, "anna").campaign
    assert again.submitted_hash != campaign.approved_hash


def test_what_is_approved_for_a_time_is_never_sent_before_it(desk: Desk) -> None:
    campaign = desk.approved(type=T.SCHEDULED, scheduled_at=NINE)
    with pytest.raises(ConflictError, match="to come"):
        desk.campaign_sending.send("gym", campaign.id, "ben")
    broadcast = desk.approved()
    with pytest.raises(ConflictError, match="no time"):
        desk.campaign_scheduling.schedule("gym", broadcast.id, "ben")


def test_a_schedule_that_never_fired_is_found_and_its_run_started(desk: Desk) -> None:
    campaign = scheduled(desk)
    desk.schedules.waiting.clear()
    desk.clock.advance(3600 + CHECK_AFTER_MS / 1000)
    assert checks(desk).check(desk.clock.now() + 1).read == 0
    desk.clock.advance(1)
    report = checks(desk).check(desk.clock.now() + 1)
    assert (report.started, desk.runs.started) == (1, [("gym", campaign.id, campaign.version)])
    # The note stays until the run has begun.
    begun = desk.stored(campaign)
    assert checks(desk).check(desk.clock.now() + 1).started == 1
    assert desk.store.save(CampaignChange(begun, moves=[take_charge(begun, begun.version, by="s", at=1)]))
    assert checks(desk).check(desk.clock.now() + 1).settled == 1
    assert checks(desk).check(desk.clock.now() + 1).read == 0


def test_a_campaign_that_cant_be_looked_at_keeps_no_other_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, campaign = scheduled(desk), scheduled(desk)
    real = desk.store.get
    monkeypatch.setattr(desk.store, "get", lambda tenant, one: 1 / 0 if one == broken.id else real(tenant, one))
    desk.clock.advance(3600 + CHECK_AFTER_MS / 1000 + 1)
    with pytest.raises(ZeroDivisionError):
        checks(desk).check(desk.clock.now() + 1)
    assert desk.runs.started == [("gym", campaign.id, campaign.version)]


@pytest.mark.parametrize(("policy", "status"), [("send", S.SCHEDULED), ("skip", S.CANCELLED), ("ask", S.APPROVED)])
def test_what_is_too_late_is_dealt_with_by_its_policy(desk: Desk, policy: str, status: CampaignStatus) -> None:
    misfire = Misfire(MisfirePolicy(policy), after_seconds=7_200)
    campaign = scheduled(desk, misfire=misfire)
    desk.clock.advance(3600 + 7_201)
    [epoch] = fire(desk)
    after = desk.stored(campaign)
    assert after.status is status
    assert (epoch is None) == (policy != "send")
    if policy != "send":
        assert "120 minutes" in (after.failure_reason or "")
        assert desk.campaigns.history("gym", campaign.id)[-1].reason == after.failure_reason
    if policy == "ask":
        assert desk.campaign_sending.send("gym", campaign.id, "ben").failure_reason is None


def test_a_run_that_is_within_its_threshold_is_sent_whatever_the_policy(desk: Desk) -> None:
    scheduled(desk, misfire=Misfire(MisfirePolicy.SKIP, after_seconds=7_200))
    desk.clock.advance(3600 + 7_200)
    assert fire(desk) != [None]


def test_scheduling_takes_a_broadcast_of_the_month_it_is_planned_for_and_gives_it_back(desk: Desk) -> None:
    tenant = desk.tenants.get("gym")
    assert tenant is not None
    assert desk.tenants.save(replace(tenant, plan=Plan.STARTER))
    first = scheduled(desk, scheduled_at="2027-02-10T09:00")
    second = desk.approved(type=T.SCHEDULED, scheduled_at="2027-02-20T09:00")
    with pytest.raises(LimitError):
        desk.campaign_scheduling.schedule("gym", second.id, "ben")
    assert desk.stored(second).status is S.APPROVED
    assert scheduled(desk, scheduled_at="2027-03-01T09:00").status is S.SCHEDULED
    desk.campaign_scheduling.unschedule("gym", first.id, "ben")
    assert desk.campaign_scheduling.schedule("gym", second.id, "ben").status is S.SCHEDULED


def test_a_campaign_has_the_tenants_policy_where_it_names_none(desk: Desk) -> None:
    assert desk.draft().campaign.misfire == Misfire()


@pytest.mark.parametrize(
    ("fields", "at", "zone"),
    [
        ({"scheduled_at": "2027-01-16T09:00:00+05:30"}, "2027-01-16T03:30", None),
        ({"scheduled_at": "2027-01-16T09:00"}, "2027-01-16T08:00", "Europe/Berlin"),
        (
            {"scheduled_at": "2027-01-16T09:00", "scheduled_timezone": "America/New_York"},
            "2027-01-16T14:00",
            "America/New_York",
        ),
        ({"scheduled_at": "2027-03-28T02:30"}, "2027-03-28T01:00", "Europe/Berlin"),
        ({"scheduled_at": "2027-10-31T02:30"}, "2027-10-31T00:30", "Europe/Berlin"),
        ({"scheduled_at": "2027-01-16T09:00", "member_local_time": True}, "2027-01-15T19:00", "Europe/Berlin"),
    ],
)
def test_an_instant_or_a_local_time_in_a_zone(desk: Desk, fields: dict[str, Any], at: str, zone: str | None) -> None:
    campaign = desk.draft(type=T.SCHEDULED, **fields).campaign
    assert campaign.scheduled_at == datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000
    assert campaign.scheduled_timezone == zone


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"scheduled_at": "soon"}, "scheduled_at"),
        ({"scheduled_at": NINE, "scheduled_timezone": "Europe/Berlin"}, "scheduled_at"),
        ({"scheduled_at": NINE, "member_local_time": True}, "scheduled_at"),
        ({"scheduled_at": "2027-01-16T09:00", "scheduled_timezone": "Mars/Base"}, "scheduled_timezone"),
        ({"scheduled_at": NINE, "type": T.BROADCAST}, "scheduled_at"),
    ],
)
def test_what_does_not_fit_together_is_named(desk: Desk, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        desk.draft(**{"type": T.SCHEDULED} | fields)
    assert [one.field for one in caught.value.problems] == [field]


def test_an_instant_takes_the_place_of_a_local_time_with_its_zone(desk: Desk) -> None:
    draft = desk.draft(type=T.SCHEDULED, scheduled_at="2027-01-16T09:00", member_local_time=True).campaign
    changed = desk.campaign_editing.change("gym", draft.id, "anna", {"scheduled_at": NINE}, draft.version).campaign
    assert (changed.scheduled_local, changed.scheduled_timezone, changed.member_local_time) == (None, None, False)
    none = desk.campaign_editing.change("gym", draft.id, "anna", {"scheduled_at": None}, changed.version).campaign
    assert none.scheduled_at is None


def test_a_local_time_for_members_may_be_scheduled_until_it_passes_in_its_own_zone(desk: Desk) -> None:
    fields = {"scheduled_at": "2027-01-15T10:00", "member_local_time": True}
    campaign = scheduled(desk, **fields)
    assert (campaign.scheduled_at or 0) < desk.clock.now()
    assert fire(desk) == [campaign.version]
