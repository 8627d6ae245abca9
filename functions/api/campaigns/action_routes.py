"""What is done with a campaign: review, sending, stopping."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.campaigns.campaign import Campaign
from ariia.services.release.stopping import Stopped
from functions.api.campaigns.action_schemas import (
    Approval,
    CheckedAction,
    ReasonedAction,
    Rejection,
    StoppedCampaign,
    SubmissionView,
    SubmittedCampaign,
    VersionedAction,
    in_flight_view,
)
from functions.api.campaigns.shown import shown
from functions.api.campaigns.views import CampaignSummary, FindingView
from functions.api.gate.answers import found
from functions.api.gate.auth import Caller, Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes

routes = Routes("Campaigns")
_PATH = "/v1/campaigns/<campaign_id>"


@routes.post(f"{_PATH}/submit", Permission.DRAFT, "Submit a campaign for review", problems=(409,))
def submit_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: CheckedAction | None = None
) -> Response[SubmittedCampaign]:
    """Checks everything that sending needs, and freezes content and target. `submitted_hash` names what was frozen.
    What the preflight finds wrong refuses it: 409 with all `findings`, and in `despite` the codes that may be accepted.
    """
    asked = action or CheckedAction()
    done = services.campaign_review.submit(caller.tenant_id, campaign_id, caller.subject, asked.version, asked.despite)
    warnings = [FindingView.of(one) for one in done.warnings]
    view = SubmittedCampaign.of(done.campaign, shown(services, caller, done.campaign), warnings=warnings)
    return found(view, done.campaign.version)


@routes.get(f"{_PATH}/submission", Permission.READ, "Read what is under review")
def read_submission(campaign_id: str, caller: CurrentCaller, services: Services) -> Response[SubmissionView]:
    """The frozen whole that an approval is for; 404 when nothing is submitted."""
    details = services.campaigns.submitted(caller.tenant_id, campaign_id)
    return found(SubmissionView.of(details), details.campaign.version)


@routes.post(f"{_PATH}/approve", Permission.REVIEW, "Approve a campaign", problems=(409,))
def approve_campaign(
    campaign_id: str, approval: Approval, caller: CurrentCaller, services: Services
) -> Response[CampaignSummary]:
    """Approves what `submitted_hash` names; 409 when something else is under review by now."""
    review = services.campaign_review
    campaign = review.approve(caller.tenant_id, campaign_id, caller.subject, approval.submitted_hash, approval.reason)
    return _answer(services, caller, campaign)


@routes.post(f"{_PATH}/reject", Permission.REVIEW, "Reject a campaign", problems=(409,))
def reject_campaign(
    campaign_id: str, rejection: Rejection, caller: CurrentCaller, services: Services
) -> Response[CampaignSummary]:
    """Makes it a draft again, with feedback for its author."""
    campaign = services.campaign_review.reject(caller.tenant_id, campaign_id, caller.subject, rejection.feedback)
    return _answer(services, caller, campaign)


@routes.post(f"{_PATH}/send", Permission.SEND, "Send a campaign", problems=(402, 409))
def send_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: CheckedAction | None = None
) -> Response[CampaignSummary]:
    """Starts sending what was approved. The audience is evaluated now. Takes one of the plan's broadcasts of this
    month, once: 402 when there is none left. The preflight is obeyed as at submit, with the audience and the account of
    this moment. Of a large audience the latest finished preflight counts; without one, one begins, and this is refused
    with `not_counted` until it is finished."""
    asked = action or CheckedAction()
    sending = services.campaign_sending
    campaign = sending.send(caller.tenant_id, campaign_id, caller.subject, asked.version, asked.despite)
    return _answer(services, caller, campaign)


@routes.post(f"{_PATH}/schedule", Permission.SEND, "Schedule a campaign", problems=(402, 409))
def schedule_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: CheckedAction | None = None
) -> Response[CampaignSummary]:
    """It goes out by itself at the time that was approved, within a minute. The audience is evaluated then. The
    preflight is obeyed as at submit."""
    asked = action or CheckedAction()
    scheduling = services.campaign_scheduling
    return _answer(
        services,
        caller,
        scheduling.schedule(caller.tenant_id, campaign_id, caller.subject, asked.version, asked.despite),
    )


@routes.post(f"{_PATH}/unschedule", Permission.SEND, "Unschedule a campaign", problems=(409,))
def unschedule_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: VersionedAction | None = None
) -> Response[CampaignSummary]:
    """It stays approved and does not go out by itself any more; 409 says so when it began to go out just before."""
    version = action.version if action else None
    scheduling = services.campaign_scheduling
    return _answer(services, caller, scheduling.unschedule(caller.tenant_id, campaign_id, caller.subject, version))


@routes.post(f"{_PATH}/pause", Permission.SEND, "Pause a campaign", problems=(409,))
def pause_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[StoppedCampaign]:
    """No call to the provider begins whose last look at campaign and members starts after this answer; `in_flight` is
    what senders held already."""
    asked = action or ReasonedAction()
    stopping = services.campaign_stopping
    stopped = stopping.pause(caller.tenant_id, campaign_id, caller.subject, asked.reason, asked.version)
    return _stopped(services, caller, stopped)


@routes.post(f"{_PATH}/resume", Permission.SEND, "Resume a campaign", problems=(409,))
def resume_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[CampaignSummary]:
    """Goes on where it was paused. A campaign that paused itself for its reputation (`pause_cause`) is resumed by an
    admin alone (403) and with a reason (422); it is judged anew by what is sent from then on."""
    asked = action or ReasonedAction()
    campaign = services.campaign_sending.resume(
        caller.tenant_id,
        campaign_id,
        caller.subject,
        asked.version,
        reason=asked.reason,
        is_admin=caller.may(Permission.ADMINISTER),
    )
    return _answer(services, caller, campaign)


@routes.post(f"{_PATH}/cancel", Permission.SEND, "Cancel a campaign", problems=(409,))
def cancel_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[StoppedCampaign]:
    """Ends it for good. Who still waits reads as excluded with the reason `cancelled`; what is in flight is settled."""
    asked = action or ReasonedAction()
    stopping = services.campaign_stopping
    stopped = stopping.cancel(caller.tenant_id, campaign_id, caller.subject, asked.reason, asked.version)
    return _stopped(services, caller, stopped)


@routes.post(f"{_PATH}/retry", Permission.SEND, "Retry the failed and the unsent", problems=(402, 409))
def retry_campaign(
    campaign_id: str, caller: CurrentCaller, services: Services, action: VersionedAction | None = None
) -> Response[CampaignSummary]:
    """Sends again to members whose message failed or was never sent, and to nobody else; 409 when there are none.
    One of which nothing went out takes its broadcast anew (402 when there is none left)."""
    version = action.version if action else None
    sending = services.campaign_sending
    return _answer(services, caller, sending.retry(caller.tenant_id, campaign_id, caller.subject, version))


def _answer(services: Services, caller: Caller, campaign: Campaign) -> Response[CampaignSummary]:
    return found(CampaignSummary.of(campaign, shown(services, caller, campaign)), campaign.version)


def _stopped(services: Services, caller: Caller, stopped: Stopped) -> Response[StoppedCampaign]:
    campaign = stopped.campaign
    in_flight = in_flight_view(stopped.in_flight)
    view = StoppedCampaign.of(campaign, shown(services, caller, campaign), in_flight=in_flight)
    return found(view, campaign.version)
