"""Targets and what they name: segments are copied at submit, other campaigns must be the tenant's own."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.audience.audience import AudienceFilter, FollowUp, segment_ids_in
from ariia.domain.audience.segment import MemberSegment, unknown_campaigns
from ariia.domain.audience.target import SegmentCopy, Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.follow_up_rules import due_at, require_complete, require_followed, require_measured
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.ledger.dispatch import CampaignType
from ariia.ports.campaigns import CampaignStore
from ariia.ports.segments import SegmentStore


class Targets:
    """Judges targets and freezes them."""

    def __init__(self, segments: SegmentStore, campaigns: CampaignStore) -> None:
        self._segments, self._campaigns = segments, campaigns

    def with_segments(self, campaign: Campaign, target: Target) -> Target:
        """The target with a copy of each segment that it names, as they are now. InvalidError naming each field that
        is wrong, segments and campaigns that there are not among them."""
        copies = {}
        for segment_id in segment_ids_in(target.target_filter_json, target.exclude):
            segment = self._segments.get(campaign.tenant_id, segment_id)
            if segment is not None:
                copies[segment_id] = SegmentCopy(segment.name, segment.is_dynamic, segment.filter_json)
        whole = replace(target, segments=copies)
        audience_of(campaign, whole, 0)
        self._require_campaigns(campaign, whole)
        self._earlier(campaign)
        return whole

    def frozen(self, campaign: Campaign, target: Target) -> Target:
        """The same, fit to be reviewed and sent: InvalidError also for lists that are still being filled, ConflictError
        when the campaign that a follow_up follows has no recipients yet."""
        whole = self.with_segments(campaign, target)
        earlier = self._earlier(campaign)
        if earlier is not None:
            require_followed(earlier)
        found = [self._segments.get(campaign.tenant_id, one) for one in whole.segments]
        filling = [one for one in found if one is not None and one.fill_job_id is not None]
        if filling:
            raise _still_filled(filling)
        return whole

    def due_at(self, campaign: Campaign) -> int | None:
        """From when on (epoch ms) a follow_up may be sent; 0 for every other type, None while the campaign that it
        follows is still being sent."""
        earlier = self._earlier(campaign)
        return 0 if earlier is None else due_at(campaign, earlier)

    def missing_lists(self, campaign: Campaign, target: Target) -> list[str]:
        """Ids of static segments in a frozen target whose lists are gone."""
        lists = [one for one, copy in target.segments.items() if not copy.is_dynamic]
        return [one for one in lists if self._segments.get(campaign.tenant_id, one) is None]

    def _earlier(self, campaign: Campaign) -> Campaign | None:
        """The campaign that a follow_up follows; None for every other type. InvalidError."""
        require_complete(campaign)
        if campaign.follow_up_of is None:
            return None
        earlier = self._campaigns.get(campaign.tenant_id, campaign.follow_up_of)
        if earlier is None or earlier.id == campaign.id:
            raise unknown_campaigns({campaign.follow_up_of: "follow_up_of"})
        require_measured(campaign, earlier)
        return earlier

    def _require_campaigns(self, campaign: Campaign, target: Target) -> None:
        named = target.exclude.get("campaign_ids") or []
        unknown = [one for one in named if self._campaigns.get(campaign.tenant_id, one) is None]
        if unknown:
            raise unknown_campaigns(dict.fromkeys(unknown, "exclude.campaign_ids"))


def audience_of(campaign: Campaign, target: Target, at: int) -> AudienceFilter:
    """Who a target with its segments means, with days counted back from `at` (epoch ms). InvalidError."""
    return AudienceFilter.parse(
        campaign.target_type,
        target.target_filter_json,
        target.exclude,
        segments=target.segments,
        follow_up=follow_up_of(campaign),
        at=at,
    )


def follow_up_of(campaign: Campaign) -> FollowUp | None:
    """Whom a follow_up goes to; None for every other type."""
    if campaign.type is not CampaignType.FOLLOW_UP or not (campaign.follow_up_of and campaign.follow_up_condition):
        return None
    return FollowUp(campaign.follow_up_of, campaign.follow_up_condition)


def _still_filled(segments: list[MemberSegment]) -> InvalidError:
    problems = [
        Problem("target_filter_json.segment_ids", "is still being filled", value=one.id, allowed="try again later")
        for one in segments
    ]
    return InvalidError("a segment's list is still being filled", problems=problems)
