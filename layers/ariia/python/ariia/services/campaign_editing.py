"""Making and editing campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ariia.domain.address import parse_email
from ariia.domain.campaign import EDITABLE, Campaign, CampaignStatus, CampaignType, Content, Move, Target
from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, InvalidError, Problem
from ariia.domain.sender_domain import parse_from
from ariia.domain.storable import require_storable
from ariia.domain.timing import invalid_time, resolve_time, set_time
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock, Ids

from .broadcast_quota import BroadcastQuota
from .campaign_contents import CampaignContents
from .campaigns import CampaignDetails, Campaigns
from .targets import Targets

# The types that can be run so far; the other one of the concept needs sequences.
AVAILABLE_TYPES = (CampaignType.BROADCAST, CampaignType.SCHEDULED, CampaignType.FOLLOW_UP)
# Where the fields of the concept rest: those not named here are fields of the control record.
_CONTENT = {
    "content_subject": "subject",
    "content_body": "body",
    "content_html": "html",
    "content_values": "values",
    "reply_to": "reply_to",
}
_TIMING = frozenset({"type", "scheduled_at", "scheduled_timezone", "member_local_time"})
_TARGET = {"target_filter_json": "target_filter_json", "exclude": "exclude"}


class CampaignEditing:
    """Creates drafts and changes them. An edit of what was submitted or approved makes it a draft again."""

    def __init__(
        self,
        store: CampaignStore,
        contents: CampaignContents,
        clock: Clock,
        ids: Ids,
        channels: frozenset[Channel],
        broadcasts: BroadcastQuota,
        targets: Targets,
    ) -> None:
        self._targets = targets
        self._store, self._contents, self._clock, self._ids = store, contents, clock, ids
        self._broadcasts, self._channels, self._campaigns = broadcasts, channels, Campaigns(store)

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
        self._require_valid(details, fields)
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
        """The campaign with `fields` applied. NotFoundError; ConflictError when `version` is not the stored one or the
        campaign can't be edited any more; InvalidError for wrong fields. What changes nothing is not an edit."""
        details = self._campaigns.details(tenant_id, campaign_id)
        require_version(version, details.campaign.version)
        _require_editable(details.campaign)
        before = deepcopy(details)
        _apply(details, fields)
        self._require_valid(details, fields)
        if details == before:
            return details
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
        tenant, now = self._contents.tenant(tenant_id), self._clock.now()
        campaign = Campaign(
            self._ids.new(),
            tenant_id,
            "",
            created_by=by,
            created_at=now,
            updated_at=now,
            one_per_address=tenant.settings.one_per_address,
            hold_unknown=tenant.settings.hold_unknown,
            track_opens=tenant.settings.track_opens,
            track_clicks=tenant.settings.track_clicks,
            misfire=tenant.settings.misfire,
            idempotency_fingerprint=creation.fingerprint if creation else None,
        )
        details = CampaignDetails(campaign, Content(), Target())
        _apply(details, fields)
        if "template_id" not in fields:
            campaign.template_id = self._contents.default_template(tenant_id, campaign.channel)
        return details

    def _require_valid(self, details: CampaignDetails, fields: Mapping[str, Any]) -> None:
        campaign = details.campaign
        self._require_available(campaign)
        if not _TIMING.isdisjoint(fields):
            self._resolve_time(campaign)
        _normalise_addresses(details)
        self._targets.with_segments(campaign, details.target)
        require_storable(campaign, "description")
        require_storable(details.target, "target_filter_json")
        if "template_id" in fields or "channel" in fields or not _CONTENT.keys().isdisjoint(fields):
            self._contents.require_savable(campaign, details.content)

    def _resolve_time(self, campaign: Campaign) -> None:
        has_time = campaign.scheduled_at is not None or campaign.scheduled_local is not None
        if has_time and campaign.type is not CampaignType.SCHEDULED:
            raise invalid_time(f"is not for a {campaign.type}", campaign.scheduled_at, "the type scheduled")
        resolve_time(campaign, self._contents.tenant(campaign.tenant_id).timezone)

    def _require_available(self, campaign: Campaign) -> None:
        if campaign.type not in AVAILABLE_TYPES:
            raise _unavailable("type", campaign.type, list(AVAILABLE_TYPES))
        if campaign.channel not in self._channels:
            raise _unavailable("channel", campaign.channel, sorted(self._channels))


def _apply(details: CampaignDetails, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in _CONTENT:
            setattr(details.content, _CONTENT[name], value)
        elif name == "scheduled_at":
            set_time(details.campaign, value)
        elif name in _TARGET:
            setattr(details.target, _TARGET[name], value)
        else:
            setattr(details.campaign, name, value)


def _normalise_addresses(details: CampaignDetails) -> None:
    if details.campaign.sender is not None:
        details.campaign.sender = parse_from(details.campaign.sender, "sender").text
    if details.content.reply_to is not None:
        try:
            details.content.reply_to = parse_email(details.content.reply_to)
        except InvalidError as error:
            problems = [Problem("reply_to", one.message, one.value, one.allowed) for one in error.problems]
            raise InvalidError("reply_to is not a valid address", problems=problems) from None


def _require_editable(campaign: Campaign) -> None:
    if campaign.status not in EDITABLE:
        raise ConflictError(f"a campaign that is {campaign.status} can't be edited", legal=campaign.legal_moves())


def _back_to_draft(campaign: Campaign, by: str, now: int) -> list[Move]:
    """Revokes submission and approval: they were given for something else."""
    moves = []
    if campaign.status is not CampaignStatus.DRAFT:
        moves.append(campaign.move(CampaignStatus.DRAFT, action="edit", by=by, at=now))
    campaign.submitted_hash = campaign.approved_hash = campaign.approved_by = None
    campaign.segment_ids = []
    campaign.schedule_epoch = campaign.failure_reason = None
    campaign.updated_at = now
    return moves


def _unavailable(field: str, value: str, allowed: list[Any]) -> InvalidError:
    words = [str(one) for one in allowed]
    problem = Problem(field, "is not available in this deployment", value=str(value), allowed=words)
    raise InvalidError(f"{field} {value} is not available in this deployment", problems=[problem])
