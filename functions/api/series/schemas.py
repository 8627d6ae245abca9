"""What is asked of series over HTTP: what a campaign has, and a calendar rule."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import SeriesStatus
from functions.api.campaigns.schemas import MessageFields
from functions.api.gate.fields import RequestModel, Version, example
from functions.api.series.examples import RULE, WRITTEN_SERIES

SeriesStatusName = Literal["draft", "pending_review", "active", "paused", "ended"]
# Its campaigns are named after it, with the day behind it.
_Name = Annotated[str, Field(min_length=1, max_length=180)]


class RuleInput(RequestModel):
    """When it recurs."""

    model_config = ConfigDict(json_schema_extra=example(RULE))

    rrule: Annotated[
        str,
        Field(
            max_length=300,
            description="RFC 5545: FREQ (DAILY, WEEKLY or MONTHLY), INTERVAL, BYDAY, BYMONTHDAY, and COUNT or UNTIL. "
            "Read on local time: an occurrence that a clock change skips is the first instant behind the gap, one that "
            "comes twice its first. A month that lacks the day has no occurrence; BYMONTHDAY=-1 is its last day.",
        ),
    ]
    starts_on: Annotated[
        str,
        Field(
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="The first occurrence is the first one from this day on; INTERVAL and COUNT count from it.",
        ),
    ]
    local_time: Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    timezone: Annotated[str | None, Field(max_length=64, description="IANA zone; left out, the tenant's.")] = None

    def rule(self) -> CalendarRule:
        """The rule it describes; without a zone, it is read in the tenant's."""
        return CalendarRule(self.rrule, self.starts_on, self.local_time, self.timezone or "")


class SeriesDraft(MessageFields):
    """A new series: what each of its campaigns is to be, and when."""

    model_config = ConfigDict(json_schema_extra=example(WRITTEN_SERIES))

    name: _Name
    rule: RuleInput

    def fields(self) -> dict[str, Any]:
        """See MessageFields; without the rule."""
        return {name: value for name, value in super().fields().items() if name != "rule"}


class SeriesChange(MessageFields):
    """Fields that are left out stay as they are; a rule is replaced as a whole."""

    model_config = ConfigDict(
        json_schema_extra=example({"version": 4, "content_subject": "Your week at the studio", "rule": RULE})
    )

    name: Annotated[str, Field(default_factory=str, min_length=1, max_length=180)]
    rule: RuleInput | None = None
    version: Version | None = None

    def fields(self) -> dict[str, Any]:
        """See MessageFields; without the rule."""
        return {name: value for name, value in super().fields().items() if name != "rule"}


def series_status_of(name: str | None) -> SeriesStatus | None:
    """The status of that name."""
    return SeriesStatus(name) if name else None
