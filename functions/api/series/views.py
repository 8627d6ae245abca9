"""Series as they are answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.series.series import Occurrence, Series
from ariia.services.series.reading import SeriesDetails
from functions.api.campaigns.action_schemas import FROZEN, FrozenView
from functions.api.campaigns.examples import FINDING
from functions.api.campaigns.schemas import ChannelName, LateName, StatusName, TargetTypeName
from functions.api.campaigns.views import FindingView
from functions.api.gate.fields import Instant, ResponseModel, example
from functions.api.series.examples import MADE, OCCURRENCE, RULE, SERIES_SUMMARY, STORED_SERIES, WRITTEN_SERIES
from functions.api.series.schemas import SeriesStatusName
from functions.api.tenants.timing import MisfireView

SeriesActionName = Literal["edit", "submit", "approve", "reject", "pause", "resume", "end"]
_DRAFT = (
    "name",
    "description",
    "channel",
    "target_type",
    "template_id",
    "sender",
    "one_per_address",
    "track_opens",
    "track_clicks",
    "member_local_time",
    "late_members",
    "misfire",
)


class RuleView(ResponseModel):
    """When it recurs."""

    model_config = ConfigDict(json_schema_extra=example(RULE))

    rrule: str
    starts_on: str
    local_time: str
    timezone: str


class OccurrenceView(ResponseModel):
    """One time that the rule means."""

    model_config = ConfigDict(json_schema_extra=example(OCCURRENCE))

    local: Annotated[str, Field(description="By the clocks of the rule's zone.")]
    at: Instant
    starts_at: Annotated[
        Instant, Field(description="When sending begins; earlier than `at` only with `member_local_time`.")
    ]

    @classmethod
    def of(cls, occurrence: Occurrence) -> Self:
        """The view of an occurrence."""
        return cls.model_validate(occurrence)


class MissedView(ResponseModel):
    """An occurrence whose campaign was not made, and why. As long as `next_occurrence` is the same one, it is tried
    again at its time."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "local": OCCURRENCE["local"],
                "at": OCCURRENCE["at"],
                "reason": "the plan starter allows 1 broadcasts, and 1 are taken; the plan professional allows more",
            }
        )
    )

    local: str
    at: Instant
    reason: str


class MadeView(ResponseModel):
    """The campaign that was made last, as it stands."""

    model_config = ConfigDict(json_schema_extra=example(MADE))

    campaign_id: str
    status: StatusName
    occurrence: OccurrenceView


class SeriesSummary(ResponseModel):
    """A series without its content and target."""

    model_config = ConfigDict(json_schema_extra=example(SERIES_SUMMARY))

    id: str
    tenant_id: str
    name: str
    description: str | None
    status: SeriesStatusName
    rule: RuleView
    channel: ChannelName
    target_type: TargetTypeName
    template_id: str | None
    sender: str | None
    one_per_address: bool
    track_opens: bool
    track_clicks: bool
    member_local_time: bool
    late_members: LateName
    misfire: MisfireView
    created_by: str
    created_at: Instant
    updated_at: Instant
    version: int
    submitted_hash: Annotated[str | None, Field(description="What is under review or approved; an approval names it.")]
    approved_hash: str | None
    approved_by: str | None
    approved_at: Instant | None
    feedback: str | None
    next_occurrence: Annotated[
        OccurrenceView | None, Field(description="The next one that gets a campaign; null unless it is active.")
    ]
    made_at: Annotated[Instant | None, Field(description="When the campaign of `next_occurrence` is made.")]
    missed: Annotated[MissedView | None, Field(description="The last occurrence that got none, since it was started.")]
    actions: Annotated[list[SeriesActionName], Field(description="The operations that this caller may take now.")]

    @classmethod
    def of(cls, series: Series, actions: list[str], **more: Any) -> Self:
        """The view of a series, and what the caller may do with it."""
        return cls.model_validate(_fields(series) | {"actions": actions} | more)


class SeriesView(SeriesSummary):
    """A series as its author edits it."""

    model_config = ConfigDict(json_schema_extra=example(WRITTEN_SERIES | STORED_SERIES))

    target_filter_json: dict[str, Any]
    exclude: dict[str, Any]
    content_subject: str
    content_body: str
    content_html: str
    content_values: dict[str, Any]
    reply_to: str | None

    @classmethod
    def of_details(cls, details: SeriesDetails, actions: list[str]) -> Self:
        """The view of a series with its draft content and target."""
        content, target = details.content, details.target
        return cls.of(
            details.series,
            actions,
            target_filter_json=target.target_filter_json,
            exclude=target.exclude,
            content_subject=content.subject,
            content_body=content.body,
            content_html=content.html,
            content_values=content.values,
            reply_to=content.reply_to,
        )


class RunningSeries(SeriesSummary):
    """A series that was started or stopped, with the campaign that it made last: `cancelled` if a stop took it back; if
    it had begun to go out before, its status says so."""

    model_config = ConfigDict(json_schema_extra=example(SERIES_SUMMARY | {"made": MADE}))

    made: Annotated[MadeView | None, Field(description="null: it made none yet.")]

    @classmethod
    def of_made(cls, series: Series, campaign: Campaign | None, actions: list[str]) -> Self:
        """The view of a series and of its last campaign as it stands."""
        made = None
        if series.made is not None and campaign is not None:
            occurrence = OccurrenceView.of(series.made.occurrence)
            fields = {"campaign_id": campaign.id, "status": campaign.shown_status, "occurrence": occurrence}
            made = MadeView.model_validate(fields)
        return cls.of(series, actions, made=made)


class SubmittedSeries(SeriesSummary):
    """A series under review, with what its author should know."""

    model_config = ConfigDict(
        json_schema_extra=example(
            SERIES_SUMMARY
            | {"status": "pending_review", "actions": ["edit", "approve", "reject", "end"], "warnings": [FINDING]}
        )
    )

    warnings: list[FindingView]


class SeriesSubmissionView(FrozenView):
    """What was submitted: frozen, complete, and what an approval is for, each time."""

    model_config = ConfigDict(json_schema_extra=example(FROZEN | {"series_id": STORED_SERIES["id"], "rule": RULE}))

    series_id: str
    rule: RuleView

    @classmethod
    def of(cls, details: SeriesDetails) -> Self:
        """The view of a submitted series."""
        series = details.series
        return cls.frozen(
            series.draft.target_type,
            details.content,
            details.target,
            series_id=series.id,
            rule=RuleView.model_validate(series.rule),
            status=series.status,
            submitted_hash=series.submitted_hash or "",
        )


def _fields(series: Series) -> dict[str, Any]:
    upcoming = series.next
    return {
        **{name: getattr(series, name) for name in SeriesSummary.model_fields if hasattr(series, name)},
        **{name: getattr(series.draft, name) for name in _DRAFT},
        "next_occurrence": upcoming,
        "made_at": series.wake_at if upcoming else None,
    }
