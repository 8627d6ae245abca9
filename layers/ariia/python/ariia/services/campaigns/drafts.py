"""Drafts of campaigns and series: fields applied and judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariia.domain.address import parse_email
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.timing import invalid_time, resolve_time, set_time
from ariia.domain.channel import Channel
from ariia.domain.content.content import Content
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.senders import parse_from
from ariia.domain.storable import require_storable
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.reading import CampaignDetails
from ariia.services.campaigns.targets import Targets

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


class CampaignDrafts:
    """Applies the fields of the concept to a draft, and says what is wrong with them."""

    def __init__(self, contents: CampaignContents, targets: Targets, channels: frozenset[Channel]) -> None:
        """`channels` are those set up in this deployment."""
        self._contents, self._targets, self._channels = contents, targets, channels

    def new(self, campaign: Campaign, fields: Mapping[str, Any]) -> CampaignDetails:
        """`campaign` as a draft of `fields`. What the tenant has chosen holds where a field is left out, its default
        template too. InvalidError for wrong fields."""
        tenant = self._contents.tenant(campaign.tenant_id)
        for name in ("one_per_address", "hold_unknown", "track_opens", "track_clicks", "misfire"):
            setattr(campaign, name, getattr(tenant.settings, name))
        details = CampaignDetails(campaign, Content(), Target())
        _apply(details, fields)
        if "template_id" not in fields:
            campaign.template_id = self._contents.default_template(campaign.tenant_id, campaign.channel)
        self._require_valid(details, fields)
        return details

    def change(self, details: CampaignDetails, fields: Mapping[str, Any]) -> None:
        """Applies `fields`; InvalidError for wrong ones."""
        _apply(details, fields)
        self._require_valid(details, fields)

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
    # The time first: it forgets what was said of another time before, not what comes with it.
    for name, value in sorted(fields.items(), key=lambda one: one[0] != "scheduled_at"):
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


def _unavailable(field: str, value: str, allowed: list[Any]) -> InvalidError:
    words = [str(one) for one in allowed]
    problem = Problem(field, "is not available in this deployment", value=str(value), allowed=words)
    raise InvalidError(f"{field} {value} is not available in this deployment", problems=[problem])
