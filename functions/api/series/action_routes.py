"""What is done with a series: review, starting, stopping."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.series.series import Series
from ariia.services.series.stopping import StoppedSeries
from functions.api.campaigns.action_schemas import Approval, CheckedAction, ReasonedAction, Rejection
from functions.api.campaigns.views import FindingView
from functions.api.gate.actions import SERIES, allowed
from functions.api.gate.answers import found
from functions.api.gate.auth import Caller, Permission
from functions.api.gate.dependencies import CurrentCaller, Services
from functions.api.gate.routing import Routes
from functions.api.series.views import RunningSeries, SeriesSubmissionView, SeriesSummary, SubmittedSeries

routes = Routes("Series")
_PATH = "/v1/series/<series_id>"


@routes.post(f"{_PATH}/submit", Permission.DRAFT, "Submit a series for review", problems=(409,))
def submit_series(
    series_id: str, caller: CurrentCaller, services: Services, action: CheckedAction | None = None
) -> Response[SubmittedSeries]:
    """Checks everything that its campaigns need to be sent, and freezes content, target and rule. `submitted_hash`
    names what was frozen. What the preflight finds wrong refuses it (409 with all `findings`); what `despite` accepts
    is accepted for each of its campaigns."""
    asked = action or CheckedAction()
    done = services.series_review.submit(caller.tenant_id, series_id, caller.subject, asked.version, asked.despite)
    warnings = [FindingView.of(one) for one in done.warnings]
    view = SubmittedSeries.of(done.series, _actions(caller, done.series), warnings=warnings)
    return found(view, done.series.version)


@routes.get(f"{_PATH}/submission", Permission.READ, "Read what of a series is under review")
def read_series_submission(series_id: str, caller: CurrentCaller, services: Services) -> Response[SeriesSubmissionView]:
    """The frozen whole that an approval is for; 404 when nothing is submitted."""
    details = services.series.submitted(caller.tenant_id, series_id)
    return found(SeriesSubmissionView.of(details), details.series.version)


@routes.post(f"{_PATH}/approve", Permission.REVIEW, "Approve a series", problems=(409,))
def approve_series(
    series_id: str, approval: Approval, caller: CurrentCaller, services: Services
) -> Response[RunningSeries]:
    """Approves what `submitted_hash` names, for every occurrence from now on: each gets a campaign of its own, up to 20
    hours before it goes out. 409 when something else is under review by now."""
    review = services.series_review
    series = review.approve(caller.tenant_id, series_id, caller.subject, approval.submitted_hash, approval.reason)
    return _running(services, caller, series)


@routes.post(f"{_PATH}/reject", Permission.REVIEW, "Reject a series", problems=(409,))
def reject_series(
    series_id: str, rejection: Rejection, caller: CurrentCaller, services: Services
) -> Response[SeriesSummary]:
    """Makes it a draft again, with feedback for its author."""
    series = services.series_review.reject(caller.tenant_id, series_id, caller.subject, rejection.feedback)
    return found(SeriesSummary.of(series, _actions(caller, series)), series.version)


@routes.post(f"{_PATH}/pause", Permission.REVIEW, "Pause a series", problems=(409,))
def pause_series(
    series_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[RunningSeries]:
    """No more campaigns are made, and the one that waits is cancelled: `made` says so, or that it had begun to go out
    before."""
    asked, stopping = action or ReasonedAction(), services.series_stopping
    return _stopped(caller, stopping.pause(caller.tenant_id, series_id, caller.subject, asked.reason, asked.version))


@routes.post(f"{_PATH}/resume", Permission.REVIEW, "Resume a series", problems=(409,))
def resume_series(
    series_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[RunningSeries]:
    """Goes on with the next occurrence; what was approved still is. An occurrence whose campaign was cancelled by the
    pause gets another one if it is still to come; those that passed meanwhile get none."""
    asked, review = action or ReasonedAction(), services.series_review
    series = review.resume(caller.tenant_id, series_id, caller.subject, asked.reason, asked.version)
    return _running(services, caller, series)


@routes.post(f"{_PATH}/end", Permission.REVIEW, "End a series", problems=(409,))
def end_series(
    series_id: str, caller: CurrentCaller, services: Services, action: ReasonedAction | None = None
) -> Response[RunningSeries]:
    """Ends it for good, and cancels the campaign that waits. What it made before stays as it is."""
    asked, stopping = action or ReasonedAction(), services.series_stopping
    return _stopped(caller, stopping.end(caller.tenant_id, series_id, caller.subject, asked.reason, asked.version))


def _running(services: Services, caller: Caller, series: Series) -> Response[RunningSeries]:
    made = services.series.made(series)
    return found(RunningSeries.of_made(series, made, _actions(caller, series)), series.version)


def _stopped(caller: Caller, stopped: StoppedSeries) -> Response[RunningSeries]:
    series = stopped.series
    return found(RunningSeries.of_made(series, stopped.made, _actions(caller, series)), series.version)


def _actions(caller: Caller, series: Series) -> list[str]:
    return allowed(series.open_actions(), SERIES, caller)
