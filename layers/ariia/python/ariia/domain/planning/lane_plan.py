"""Lanes: which members of a campaign go together, and when."""

from __future__ import annotations

import hashlib

from ariia.domain.campaigns.campaign import Campaign, LateMembers
from ariia.domain.campaigns.timing import member_time
from ariia.domain.local_time import behaviour
from ariia.domain.members.member import Member
from ariia.domain.rules.wave import Lane, Wave

# Zones that agree for so long after the start share a wave. What differs later (a change of the clocks while the
# campaign waits) is seen by the eligibility check, which asks each member's own zone.
_AGREE_DAYS = 14
_NAME_LENGTH = 10


class LanePlan:
    """Gives each member of an audience a lane, the same one wherever and however often it is asked: nothing but the
    campaign's record decides. `zones` notes which time zone each lane was asked for with."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign, self._by_zone = campaign, dict[str, Lane]()
        self.zones: dict[str, str] = {}

    def lane_for(self, member: Member) -> Lane:
        """The lane in which the member goes."""
        if self._campaign.lanes:
            return self._campaign.lanes[0]
        zone = member.timezone or self._campaign.rules.zone
        lane = self._by_zone.get(zone)
        if lane is None:
            name = self._name(zone)
            lane = self._by_zone[zone] = Lane(name, name, self._campaign.channel)
        known = self.zones.get(lane.id)
        self.zones[lane.id] = zone if known is None else min(zone, known)
        return lane

    def wave(self, lane_id: str, zone: str) -> Wave:
        """The wave of a lane that holds members in `zone`."""
        return Wave(lane_id, not_before=self._not_before(zone), zone=zone)

    def _name(self, zone: str) -> str:
        """Zones get the same name when nothing that is decided by the clock tells them apart."""
        campaign, signature = self._campaign, f"{self._not_before(zone)}"
        if campaign.rules.has_quiet_hours(campaign.channel):
            signature += f" {behaviour(zone, campaign.audience_at or 0, _AGREE_DAYS)}"
        return "z" + hashlib.sha256(signature.encode()).hexdigest()[:_NAME_LENGTH]

    def _not_before(self, zone: str) -> int | None:
        campaign = self._campaign
        if not campaign.member_local_time or campaign.scheduled_local is None:
            return None
        # Members whose local hour passed within the misfire tolerance are sent to immediately.
        start = (campaign.audience_at or 0) - campaign.misfire.after_seconds * 1000
        at_once = campaign.late_members is LateMembers.AT_ONCE
        return member_time(campaign.scheduled_local, zone, start, at_once=at_once)


def is_by_zone(campaign: Campaign) -> bool:
    """True when the clocks of the members decide when the campaign leaves: then its lanes are known once its audience
    is."""
    return campaign.member_local_time or campaign.rules.has_quiet_hours(campaign.channel)


def single_lane(campaign: Campaign) -> tuple[list[Wave], list[Lane]]:
    """One wave for everybody that may leave now, on the campaign's channel."""
    wave = Wave(id="w0")
    return [wave], [Lane(id="l0", wave=wave.id, channel=campaign.channel)]


def lanes_by_zone(campaign: Campaign, zones: dict[str, str]) -> tuple[list[Wave], list[Lane]]:
    """The waves and lanes of a planned audience; `zones` has a time zone for each lane."""
    plan = LanePlan(campaign)
    waves = [plan.wave(lane_id, zone) for lane_id, zone in sorted(zones.items())]
    return waves, [Lane(one.id, one.id, campaign.channel) for one in waves]
