"""Follow-up campaigns: what must hold of them and of the campaign they follow, and when they are due."""

from __future__ import annotations

from collections.abc import Iterator

from ariia.domain.audience.target import FollowUpCondition
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import ConflictError, InvalidError, Problem
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus

_HOUR_MS = 3_600_000
_FIELDS = ("follow_up_of", "follow_up_condition", "follow_up_after_hours")
_BY_OPENS = (FollowUpCondition.OPENED, FollowUpCondition.NOT_OPENED)
_BY_CLICKS = (FollowUpCondition.CLICKED, FollowUpCondition.NOT_CLICKED)
# What has been sent, or is being sent, has recipients.
_FOLLOWED = (CampaignStatus.SENDING, CampaignStatus.SENT)


def require_complete(campaign: Campaign) -> None:
    """InvalidError when a follow_up lacks one of its fields, or another type has one."""
    is_follow_up = campaign.type is CampaignType.FOLLOW_UP
    wrong = [name for name in _FIELDS if (getattr(campaign, name) is None) is is_follow_up]
    if wrong:
        message = "is required of a follow_up" if is_follow_up else "is for campaigns of the type follow_up only"
        raise InvalidError(f"{wrong[0]} {message}", problems=[Problem(name, message) for name in wrong])


def require_measured(campaign: Campaign, earlier: Campaign) -> None:
    """InvalidError when the follow-up asks for what the earlier campaign does not measure: nobody would have opened."""
    problems = list(_unmeasured(campaign, earlier))
    if problems:
        raise InvalidError("the earlier campaign does not measure that", problems=problems)


def require_followed(earlier: Campaign) -> None:
    """ConflictError when the earlier campaign has not been sent and is not being sent."""
    if earlier.status not in _FOLLOWED:
        status = earlier.shown_status
        raise ConflictError(f"the campaign {earlier.id} that this one follows is {status}: nobody got it yet")


def due_at(campaign: Campaign, earlier: Campaign) -> int | None:
    """When the follow-up is due (epoch ms): its hours after the end of the earlier campaign; None while that is still
    being sent."""
    if earlier.sent_at is None or earlier.status is not CampaignStatus.SENT:
        return None
    return earlier.sent_at + (campaign.follow_up_after_hours or 0) * _HOUR_MS


def _unmeasured(campaign: Campaign, earlier: Campaign) -> Iterator[Problem]:
    condition = campaign.follow_up_condition
    allowed = [str(one) for one in FollowUpCondition if one not in _BY_OPENS or earlier.track_opens]
    allowed = [one for one in allowed if one not in _BY_CLICKS or earlier.track_clicks]
    if condition is not None and condition not in allowed:
        yield Problem("follow_up_condition", "is not measured by that campaign", value=condition, allowed=allowed)
