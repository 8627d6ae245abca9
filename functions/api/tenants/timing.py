"""Quiet hours, frequency caps and lateness as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ariia.domain.rules.frequency_cap import MAX_DEFER_HOURS, MAX_MESSAGES, FrequencyCap, Overflow
from ariia.domain.rules.misfire import MIN_THRESHOLD_SECONDS, Misfire, MisfirePolicy
from ariia.domain.rules.quiet_hours import QuietHours
from functions.api.gate.fields import RequestModel, ResponseModel, example

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ChannelKey = Literal["email", "whatsapp", "telegram", "sms"]
PolicyName = Literal["send", "skip", "ask"]
_Clock = Annotated[str | None, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="By the member's clock.")]
_MONTH_SECONDS = 30 * 86_400

QUIET_HOURS_EXAMPLE: dict[str, Any] = {"start": "21:00", "end": "08:00", "days": ["sunday"]}
CAP_EXAMPLE: dict[str, Any] = {
    "per_day": 1,
    "per_week": 3,
    "per_month": None,
    "overflow": "defer",
    "defer_hours": 48,
}
MISFIRE_EXAMPLE: dict[str, Any] = {"policy": "send", "after_seconds": 3_600}


class QuietHoursView(ResponseModel):
    """When nothing leaves: daily from `start` until `end`, and on the whole of `days`, by the member's own clock."""

    model_config = ConfigDict(json_schema_extra=example(QUIET_HOURS_EXAMPLE))

    start: str | None
    end: str | None
    days: list[Weekday]


class QuietHoursInput(RequestModel):
    """When nothing may leave. Across midnight when `end` is not behind `start`; neither of them: whole days only."""

    model_config = ConfigDict(json_schema_extra=example(QUIET_HOURS_EXAMPLE))

    start: _Clock = None
    end: _Clock = None
    days: Annotated[list[Weekday], Field(max_length=6)] = Field(default=[])

    def hours(self) -> QuietHours:
        """The quiet hours it describes."""
        return QuietHours(self.start, self.end, list(dict.fromkeys(self.days)))


OverflowName = Literal["defer", "exclude"]
_Most = Annotated[int | None, Field(ge=1, le=MAX_MESSAGES, description="Messages to one member; null = no limit.")]


class FrequencyCapView(ResponseModel):
    """How much a member gets, over all campaigns and follow-ups."""

    model_config = ConfigDict(json_schema_extra=example(CAP_EXAMPLE))

    per_day: Annotated[int | None, Field(description="In any 24 hours.")]
    per_week: Annotated[int | None, Field(description="In any 7 days.")]
    per_month: Annotated[int | None, Field(description="In any 30 days.")]
    overflow: OverflowName
    defer_hours: int


class FrequencyCapInput(RequestModel):
    """How many messages a member gets at most in any 24 hours, 7 days and 30 days, over all campaigns and follow-ups.
    One that would be too many is excluded as `frequency_cap`, or waits (`defer`), at most `defer_hours`."""

    model_config = ConfigDict(json_schema_extra=example(CAP_EXAMPLE))

    per_day: _Most = None
    per_week: _Most = None
    per_month: _Most = None
    overflow: OverflowName = "exclude"
    defer_hours: Annotated[int, Field(ge=1, le=MAX_DEFER_HOURS)] = 72

    def cap(self) -> FrequencyCap:
        """The cap it describes."""
        return FrequencyCap(self.per_day, self.per_week, self.per_month, Overflow(self.overflow), self.defer_hours)


class MisfireView(ResponseModel):
    """What becomes of what could not leave at its time."""

    model_config = ConfigDict(json_schema_extra=example(MISFIRE_EXAMPLE))

    policy: PolicyName
    after_seconds: int


class MisfireInput(RequestModel):
    """What shall become of what is later than `after_seconds`: `send` it all the same, `skip` it, or `ask`."""

    model_config = ConfigDict(json_schema_extra=example(MISFIRE_EXAMPLE))

    policy: PolicyName = "send"
    after_seconds: Annotated[int, Field(ge=MIN_THRESHOLD_SECONDS, le=_MONTH_SECONDS)] = 3_600

    def misfire(self) -> Misfire:
        """The rule it describes."""
        return Misfire(MisfirePolicy(self.policy), self.after_seconds)


HoursByChannel = Annotated[
    dict[ChannelKey, QuietHoursInput],
    Field(description="All quiet hours, by channel; a channel that is left out has none."),
]


def hours_by_channel(given: dict[Any, QuietHoursInput]) -> dict[str, QuietHours]:
    """The quiet hours by channel that a body describes."""
    return {str(channel): one.hours() for channel, one in given.items()}
