"""Quiet hours and lateness as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ariia.domain.misfire import MIN_THRESHOLD_SECONDS, Misfire, MisfirePolicy
from ariia.domain.quiet_hours import QuietHours

from .fields import RequestModel, ResponseModel, example

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ChannelKey = Literal["email", "whatsapp", "telegram", "sms"]
PolicyName = Literal["send", "skip", "ask"]
_Clock = Annotated[str | None, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="By the member's clock.")]
_MONTH_SECONDS = 30 * 86_400

QUIET_HOURS_EXAMPLE: dict[str, Any] = {"start": "21:00", "end": "08:00", "days": ["sunday"]}
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
