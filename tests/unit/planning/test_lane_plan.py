"""Lanes by time zone: who goes together, when, and that nothing but the campaign decides."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ariia.domain.campaigns.campaign import Campaign, LateMembers
from ariia.domain.planning.lane_plan import LanePlan, is_by_zone, lanes_by_zone, single_lane
from ariia.domain.rules.misfire import Misfire
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.rules.sending_rules import SendingRules
from tests.builders import any_campaign, any_member

NIGHT = {"email": QuietHours("21:00", "08:00")}
BERLIN, PARIS, TOKYO, KYIV = "Europe/Berlin", "Europe/Paris", "Asia/Tokyo", "Europe/Kyiv"


def at(zone: str, *moment: int) -> int:
    return round(datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[misc]


def local_send(when: str = "2027-03-01T09:00", begins: int | None = None, **fields: object) -> Campaign:
    begins = at("Etc/GMT-14", 2027, 3, 1, 9) if begins is None else begins
    rules = SendingRules(BERLIN)
    known = {"member_local_time": True, "scheduled_local": when, "audience_at": begins, "rules": rules}
    return any_campaign(**(known | fields))


def starts(campaign: Campaign, *zones: str | None) -> list[int | None]:
    plan = LanePlan(campaign)
    lanes = [plan.lane_for(any_member("m", timezone=zone)) for zone in zones]
    return [plan.wave(lane.id, plan.zones[lane.id]).not_before for lane in lanes]


def test_without_clocks_everybody_goes_in_one_lane_now() -> None:
    campaign = any_campaign()
    assert not is_by_zone(campaign)
    campaign.waves, campaign.lanes = single_lane(campaign)
    plan = LanePlan(campaign)
    assert {plan.lane_for(any_member("m", timezone=zone)).id for zone in (None, BERLIN, TOKYO)} == {"l0"}
    assert plan.zones == {}


def test_a_local_time_comes_to_each_zone_at_its_own_instant() -> None:
    assert starts(local_send(), TOKYO, BERLIN, None, "America/New_York") == [
        at(TOKYO, 2027, 3, 1, 9),
        at(BERLIN, 2027, 3, 1, 9),
        at(BERLIN, 2027, 3, 1, 9),
        at("America/New_York", 2027, 3, 1, 9),
    ]


def test_zones_whose_clocks_agree_share_a_lane() -> None:
    plan = LanePlan(local_send())
    lanes = {plan.lane_for(any_member("m", timezone=zone)).id for zone in (BERLIN, PARIS, "Africa/Lagos")}
    assert len(lanes) == 1
    assert plan.zones[lanes.pop()] == "Africa/Lagos"
    assert plan.lane_for(any_member("m", timezone=KYIV)).id != plan.lane_for(any_member("m", timezone=BERLIN)).id


def test_zones_that_part_within_two_weeks_do_not_share_quiet_hours() -> None:
    """Berlin changes its clocks on 28 March, Lagos never does."""
    for begins, lanes in ((at("UTC", 2027, 3, 20, 9), 2), (at("UTC", 2027, 2, 1, 9), 1)):
        plan = LanePlan(any_campaign(audience_at=begins, rules=SendingRules(BERLIN, NIGHT)))
        assert len({plan.lane_for(any_member("m", timezone=zone)).id for zone in (BERLIN, "Africa/Lagos")}) == lanes


@pytest.mark.parametrize(
    ("late", "day"), [(LateMembers.NEXT_DAY, at(TOKYO, 2027, 3, 2, 9)), (LateMembers.AT_ONCE, None)]
)
def test_whose_hour_has_passed_gets_it_the_next_day_or_at_once(late: LateMembers, day: int | None) -> None:
    begins = at(BERLIN, 2027, 3, 1, 9)
    [tokyo, berlin] = starts(local_send(begins=begins, late_members=late), TOKYO, BERLIN)
    assert berlin == begins
    assert tokyo == day if day is not None else tokyo <= begins  # type: ignore[operator]


def test_a_start_that_is_a_little_late_is_not_late() -> None:
    begins = at("Etc/GMT-14", 2027, 3, 1, 9) + 59_000
    assert starts(local_send(begins=begins), "Pacific/Kiritimati") == [at("Pacific/Kiritimati", 2027, 3, 1, 9)]
    strict = local_send(begins=begins + 120_000, misfire=Misfire(after_seconds=60))
    assert starts(strict, "Pacific/Kiritimati") == [at("Pacific/Kiritimati", 2027, 3, 2, 9)]


def test_a_local_time_that_the_clocks_skip_comes_right_after() -> None:
    campaign = local_send("2027-03-28T02:30", begins=at("UTC", 2027, 3, 27, 12))
    assert starts(campaign, BERLIN) == [at("UTC", 2027, 3, 28, 1)]


def test_the_lanes_of_an_audience_follow_from_what_its_shards_noted() -> None:
    campaign = local_send()
    plan = LanePlan(campaign)
    ids = {zone: plan.lane_for(any_member("m", timezone=zone)).id for zone in (BERLIN, TOKYO)}
    waves, lanes = lanes_by_zone(campaign, plan.zones)
    assert sorted(ids.values()) == [lane.id for lane in lanes] == [wave.id for wave in waves]
    assert all(lane.id.isalnum() and lane.id == lane.id.lower() for lane in lanes)
    campaign.waves, campaign.lanes = waves, lanes
    assert campaign.lane_opening(ids[TOKYO], at("UTC", 2027, 1, 1)) == at(TOKYO, 2027, 3, 1, 9)


def test_a_lane_opens_when_it_is_not_quiet_in_its_zone() -> None:
    campaign = any_campaign(audience_at=at(BERLIN, 2027, 3, 1, 22), rules=SendingRules(BERLIN, NIGHT))
    plan = LanePlan(campaign)
    lane = plan.lane_for(any_member("m"))
    campaign.waves, campaign.lanes = lanes_by_zone(campaign, plan.zones)
    assert campaign.lane_opening(lane.id, at(BERLIN, 2027, 3, 1, 22)) == at(BERLIN, 2027, 3, 2, 8)
    noon = at(BERLIN, 2027, 3, 2, 12)
    assert campaign.lane_opening(lane.id, noon) == noon
    assert campaign.lane_opening("other", noon) is None


def test_everybody_has_a_lane_wherever_they_live() -> None:
    plan = LanePlan(local_send(rules=SendingRules(BERLIN, NIGHT)))
    zones = ["UTC", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "Antarctica/Troll", "Etc/GMT+12"]
    found = {zone: plan.wave(plan.lane_for(any_member("m", timezone=zone)).id, zone).not_before for zone in zones}
    for zone, instant in found.items():
        assert instant is not None
        shown = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))
        assert (shown.hour, shown.minute) == (9, 0)
