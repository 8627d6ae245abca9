"""What is asked of a campaign, and what comes back."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.audience.target import Target
from ariia.domain.content.content import Content
from ariia.services.campaigns.reading import CampaignDetails
from ariia.services.release.in_flight import InFlight
from functions.api.campaigns.examples import FINDING, SUMMARY
from functions.api.campaigns.views import CampaignSummary, FindingView
from functions.api.gate.fields import NOT_BLANK, RequestModel, ResponseModel, Version, example

DespiteName = Literal[
    "missing_value", "empty_audience", "not_counted", "sandbox", "sending_disabled", "account_suspended"
]
_DESPITE = (
    "Codes of the findings (severity `error`) that are accepted: `missing_value` (these members fail), "
    "`empty_audience` (it may grow until it is sent), `not_counted` (of a large audience), `sandbox` (all recipients "
    "are verified), `sending_disabled` and `account_suspended` (it waits). What is accepted at submit need not be "
    "accepted again when this submission is scheduled or sent."
)
Reason = Annotated[str | None, Field(max_length=2_000, description="Why; kept in the history.")]


class VersionedAction(RequestModel):
    """With a version, the action is refused (409) when the campaign has changed since."""

    model_config = ConfigDict(json_schema_extra=example({"version": 3}))

    version: Version | None = None


class CheckedAction(VersionedAction):
    """An action that obeys the preflight. With `despite` the caller accepts some of what it found."""

    model_config = ConfigDict(json_schema_extra=example({"version": 3, "despite": ["missing_value"]}))

    despite: list[DespiteName] = Field(default=[], max_length=6, description=_DESPITE)


class ReasonedAction(VersionedAction):
    """An action with a reason."""

    model_config = ConfigDict(json_schema_extra=example({"reason": "The offer ends earlier"}))

    reason: Reason = None


class Approval(RequestModel):
    """Approves exactly what was reviewed."""

    model_config = ConfigDict(
        json_schema_extra=example({"submitted_hash": SUMMARY["submitted_hash"], "reason": "Checked with the owner"})
    )

    submitted_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of the submission that was read.")]
    reason: Reason = None


class Rejection(RequestModel):
    """Sends the campaign back to its author."""

    model_config = ConfigDict(json_schema_extra=example({"feedback": "The price in the second line is last year's."}))

    feedback: Annotated[str, Field(min_length=1, max_length=5_000, pattern=NOT_BLANK)]


class SubmittedCampaign(CampaignSummary):
    """A campaign under review, with what its author should know."""

    model_config = ConfigDict(
        json_schema_extra=example(
            SUMMARY
            | {"status": "pending_review", "actions": ["edit", "approve", "reject", "cancel"], "warnings": [FINDING]}
        )
    )

    warnings: list[FindingView]


class InFlightView(ResponseModel):
    """What senders hold right now: its outcome is still to come."""

    model_config = ConfigDict(json_schema_extra=example({"batches": 2, "messages": 100}))

    batches: int
    messages: int


class StoppedCampaign(CampaignSummary):
    """A paused or cancelled campaign. Nothing but what is in flight leaves any more."""

    model_config = ConfigDict(
        json_schema_extra=example(
            SUMMARY | {"status": "cancelled", "actions": [], "in_flight": {"batches": 2, "messages": 100}}
        )
    )

    in_flight: InFlightView


def in_flight_view(in_flight: InFlight) -> InFlightView:
    """The view of what is in flight."""
    return InFlightView(batches=in_flight.batches, messages=in_flight.messages)


FROZEN: dict[str, Any] = {
    "status": "pending_review",
    "submitted_hash": SUMMARY["submitted_hash"],
    "from_address": "Studio Nord <news@studio-nord.example>",
    "reply_to": "team@studio-nord.example",
    "content_subject": "Your spring starts here",
    "content_html": '<p>Ten weeks for eight.</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
    "content_body": "",
    "content_values": {"offer_end": "31 March"},
    "variables_json": {"offer_end": {"type": "string", "required": True}},
    "target_type": "tags",
    "target_filter_json": {"any": ["trial"]},
    "exclude": {},
}


class FrozenView(ResponseModel):
    """Content and target as they were submitted."""

    model_config = ConfigDict(json_schema_extra=example(FROZEN))

    status: Annotated[str, Field(description="As of the thing itself, now.")]
    submitted_hash: str
    from_address: str
    reply_to: str | None
    content_subject: str
    content_html: Annotated[str, Field(description="Header, body and footer together.")]
    content_body: str
    content_values: dict[str, Any]
    variables_json: dict[str, Any]
    target_type: str
    target_filter_json: dict[str, Any]
    exclude: dict[str, Any]

    @classmethod
    def frozen(cls, target_type: str, content: Content, target: Target, **more: Any) -> Self:
        """The view of what was submitted; `more` are the fields that are not of content and target."""
        variables = [dict(one) for one in content.variables]
        return cls(
            from_address=content.from_address,
            reply_to=content.reply_to,
            content_subject=content.subject,
            content_html=content.html,
            content_body=content.body,
            content_values=content.values,
            variables_json={one.pop("name"): one for one in variables},
            target_type=target_type,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            **more,
        )


class SubmissionView(FrozenView):
    """What was submitted: frozen, complete, and what an approval is for."""

    model_config = ConfigDict(json_schema_extra=example(FROZEN | {"campaign_id": SUMMARY["id"]}))

    campaign_id: str

    @classmethod
    def of(cls, details: CampaignDetails) -> Self:
        """The view of a submitted campaign."""
        campaign = details.campaign
        return cls.frozen(
            campaign.target_type,
            details.content,
            details.target,
            campaign_id=campaign.id,
            status=campaign.shown_status,
            submitted_hash=campaign.submitted_hash or "",
        )
