"""Freezing: from then on what was submitted rests as it was, under a hash that an approval is bound to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.content.content import Content
from ariia.domain.documents import encode, fingerprint
from ariia.services.audience.segment_holds import Holder, SegmentHolds
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.reading import CampaignDetails
from ariia.services.campaigns.targets import Targets


@dataclass(frozen=True)
class Frozen:
    """What was frozen, and the hash over all its parts."""

    hash: str
    content: Content
    target: Target

    @property
    def stored(self) -> tuple[str, Content, Target]:
        """As stores take it."""
        return self.hash, self.content, self.target


class Freezer:
    """Freezes what is submitted, of whatever has a campaign's draft."""

    def __init__(self, contents: CampaignContents, targets: Targets, holds: SegmentHolds) -> None:
        self._contents, self._targets, self._holds = contents, targets, holds

    def freeze(self, draft: CampaignDetails, **further: Any) -> Frozen:
        """Content and target as they are to be sent, with copies of all that they name. The hash is the draft's, or
        one over it and `further` parts (dataclasses). InvalidError for what can't be sent, ConflictError while a list
        is being changed."""
        target = self._targets.frozen(draft.campaign, draft.target)
        content = self._contents.freeze(draft.campaign, draft.content)
        hashed = review_hash(draft.campaign, content, target)
        if further:
            hashed = fingerprint({"campaign": hashed} | {name: encode(part) for name, part in further.items()})
        return Frozen(hashed, content, target)

    def require_target(self, draft: CampaignDetails) -> None:
        """Raises what freezing the target would."""
        self._targets.frozen(draft.campaign, draft.target)

    def hold(self, tenant_id: str, frozen: Frozen, holder: Holder) -> None:
        """Keeps the segments that it names for the `holder`. To be done before that is saved; ConflictError."""
        self._holds.hold(tenant_id, frozen.target.segments, holder)


def review_hash(campaign: Campaign, content: Content, target: Target) -> str:
    """SHA-256 over everything that decides what is sent, to whom, how and when."""
    return fingerprint(
        {
            "name": campaign.name,
            "type": campaign.type,
            "channel": campaign.channel,
            "scheduled_at": campaign.scheduled_at,
            "local": [campaign.scheduled_local, campaign.scheduled_timezone, campaign.member_local_time],
            "late": [campaign.late_members, encode(campaign.misfire)],
            "target_type": campaign.target_type,
            "target": encode(target),
            "follow_up": [campaign.follow_up_of, campaign.follow_up_condition, campaign.follow_up_after_hours],
            "content": encode(content),
            "one_per_address": campaign.one_per_address,
            "track": [campaign.track_opens, campaign.track_clicks],
        }
    )
