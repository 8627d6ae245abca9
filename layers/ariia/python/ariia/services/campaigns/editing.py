"""Making and editing campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ariia.domain.campaigns.actions import audience_stands, forget_audience, may_edit
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock, Ids
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.drafts import CampaignDrafts
from ariia.services.campaigns.reading import CampaignDetails, Campaigns

# What decides who is a recipient, and when each of them gets it.
_OF_AUDIENCE = (
    "channel",
    "target_type",
    "one_per_address",
    "follow_up_of",
    "follow_up_condition",
    "late_members",
)


class CampaignEditing:
    """Creates drafts and changes them. An edit of what was submitted or approved makes it a draft again; so does one of
    what was sent, if nothing of it went out. An audience that was planned stands, unless it has nobody in it."""

    def __init__(
        self, store: CampaignStore, drafts: CampaignDrafts, clock: Clock, ids: Ids, broadcasts: BroadcastQuota
    ) -> None:
        self._store, self._drafts, self._clock, self._ids = store, drafts, clock, ids
        self._broadcasts, self._campaigns = broadcasts, Campaigns(store)

    def create(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None = None
    ) -> Created[CampaignDetails]:
        """A new draft of `fields` (the names of the concept). What the tenant has chosen holds where a field is left
        out, its default template too. InvalidError for wrong fields, or when the key of `creation` was used for another
        campaign."""
        earlier = self._earlier(tenant_id, creation)
        if earlier is not None:
            return earlier
        details = self._new(tenant_id, by, fields, creation)
        campaign = details.campaign
        move = Move("create", "", campaign.status, by, campaign.created_at)
        claim = creation.id if creation else None
        if self._store.create(CampaignChange(campaign, details.content, details.target, moves=[move]), claim):
            return Created(details, replayed=False)
        raced = self._earlier(tenant_id, creation)
        if raced is None:
            raise changed_meanwhile()
        return raced

    def change(
        self, tenant_id: str, campaign_id: str, by: str, fields: Mapping[str, Any], version: int
    ) -> CampaignDetails:
        """The campaign with `fields` applied. NotFoundError; ConflictError when `version` is not the stored one, the
        campaign can't be edited (any more), or its audience stands and would change; InvalidError for wrong fields.
        What changes nothing is not an edit."""
        details = self._campaigns.details(tenant_id, campaign_id)
        require_version(version, details.campaign.version)
        details.campaign.require(may_edit(details.campaign), "edited")
        before = deepcopy(details)
        self._drafts.change(details, fields)
        if details == before:
            return details
        _require_same_audience(before, details)
        moves = _back_to_draft(details.campaign, by, self._clock.now())
        if not self._store.save(CampaignChange(details.campaign, details.content, details.target, moves=moves)):
            raise changed_meanwhile()
        if moves:
            self._broadcasts.give_back(details.campaign)
        return details

    def _earlier(self, tenant_id: str, creation: Creation | None) -> Created[CampaignDetails] | None:
        claimed = self._store.claimed(tenant_id, creation.id) if creation else None
        if claimed is None:
            return None
        details = self._campaigns.details(tenant_id, claimed)
        require_same(creation, details.campaign.idempotency_fingerprint)
        return Created(details, replayed=True)

    def _new(self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None) -> CampaignDetails:
        now, key = self._clock.now(), creation.fingerprint if creation else None
        campaign = Campaign(
            self._ids.new(), tenant_id, "", created_by=by, created_at=now, updated_at=now, idempotency_fingerprint=key
        )
        return self._drafts.new(campaign, fields)


def _back_to_draft(campaign: Campaign, by: str, now: int) -> list[Move]:
    """Revokes submission and approval: they were given for something else."""
    moves = []
    if campaign.status is not CampaignStatus.DRAFT:
        moves.append(campaign.move(CampaignStatus.DRAFT, action="edit", by=by, at=now))
    campaign.review, campaign.despite = campaign.review.revoke(), []
    campaign.schedule_epoch = campaign.failure_reason = None
    campaign.updated_at = now
    if not audience_stands(campaign):
        forget_audience(campaign)
    return moves


def _require_same_audience(before: CampaignDetails, after: CampaignDetails) -> None:
    """ConflictError when the audience stands and would change."""
    if not audience_stands(before.campaign):
        return
    changed = [one for one in _OF_AUDIENCE if getattr(before.campaign, one) != getattr(after.campaign, one)]
    if before.target != after.target:
        changed += ["target_filter_json", "exclude"]
    if after.campaign.member_local_time and before.campaign.scheduled_local != after.campaign.scheduled_local:
        changed.append("scheduled_at")
    if changed:
        words = f"its recipients are known already, and so {', '.join(changed)} can't be changed any more"
        raise ConflictError(f"{words}: for another audience, make another campaign", about=before.campaign)
