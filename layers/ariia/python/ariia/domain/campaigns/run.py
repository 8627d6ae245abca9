"""The move by which a run takes charge of a campaign. The API makes it right after starting the execution, and the
execution's first task makes the very same one if the API crashed in between: the second one finds it done."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.dispatch import ACCEPTED_CONTENT, ONLY, MessageRef
from ariia.domain.ledger.status import CampaignStatus

_S = CampaignStatus


def is_in_charge(campaign: Campaign, epoch: int) -> bool:
    """True when the run named `epoch` is the one that works on this campaign."""
    return campaign.epoch == epoch and campaign.status in (_S.SENDING, _S.CANCELLED)


def take_charge(campaign: Campaign, epoch: int, *, by: str, at: int, reason: str | None = None) -> Move:
    """Makes `epoch` the run in charge: sends what is approved or scheduled, resumes what is paused, retries what ended
    (or sends only what is pending in it), settles what was cancelled while sending. ConflictError when the campaign is
    in none of these states."""
    if campaign.status in (_S.APPROVED, _S.SCHEDULED):
        move = campaign.move(_S.SENDING, action="send", by=by, at=at, reason=reason)
        # One that came to nothing before goes on with the audience that stands.
        campaign.failure_reason, campaign.reopen_epoch = None, epoch if campaign.planned_at else None
    elif campaign.is_paused:
        move = campaign.resume(by=by, at=at, reason=reason)
    elif campaign.status in (_S.FAILED, _S.SENT):
        move = campaign.move(_S.SENDING, action="retry", by=by, at=at, reason=reason)
        campaign.failure_reason, campaign.reopen_epoch = None, None if campaign.only_pending else epoch
        campaign.only_pending = False
        campaign.despite = [one for one in campaign.despite if one != ACCEPTED_CONTENT]
    elif campaign.status is _S.CANCELLED and campaign.lanes:
        move = Move("settle", _S.CANCELLED, _S.CANCELLED, by, at, reason)
    else:
        raise ConflictError(f"a campaign that is {campaign.shown_status} can't be sent", about=campaign)
    # What was approved is what the send path says from here on.
    campaign.messages = {ONLY: MessageRef(campaign.id, campaign.approved_hash)} if campaign.approved_hash else {}
    campaign.went_out, campaign.unknown_outcomes = campaign.went_out or None, 0
    campaign.epoch, campaign.run_began_at, campaign.updated_at = epoch, at, at
    return move
