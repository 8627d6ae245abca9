"""What something waits for, as it is answered everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from ariia.domain.next_steps.waits import Wait
from functions.api.gate.fields import Instant, ResponseModel, example

CauseName = Literal[
    "time",
    "review",
    "decision",
    "planning",
    "wave",
    "quiet_hours",
    "frequency_cap",
    "rate",
    "in_flight",
    "unknown_outcome",
    "account_quota",
    "account",
    "provider",
    "pause",
    "sending",
    "sender",
    "answer",
]
CAUSES = (
    "`time`: its time. `review`: that it is approved. `decision`: a person's. `planning`: that the audience stands. "
    "`wave`: the time of its time zone. `quiet_hours`, `frequency_cap`: the tenant's settings; taking them back lets "
    "it go on within minutes. `rate`: its turn. `in_flight`: the provider's answer. `unknown_outcome`: that "
    "the provider's events tell what became of it. `account_quota`, `account`: that the provider's account may send. "
    "`provider`: refused for now, and asked again. `pause`: that the campaign is resumed. `sending`: that the campaign "
    "is sent. `sender`: that the tenant has a verified sender. `answer`: that the member follows the link."
)
WAIT: dict[str, Any] = {"for": "quiet_hours", "until": "2026-03-01T07:00:00.000Z", "reason": None}
COUNTED_WAIT: dict[str, Any] = WAIT | {"count": 120}


class WaitView(ResponseModel):
    """What somebody waits for."""

    model_config = ConfigDict(json_schema_extra=example(WAIT), populate_by_name=True, serialize_by_alias=True)

    cause: Annotated[CauseName, Field(alias="for", description=CAUSES)]
    until: Annotated[Instant | None, Field(description="When it may go on at the earliest; null = nobody knows.")]
    reason: Annotated[str | None, Field(description="In words, where somebody gave some.")]

    @classmethod
    def of(cls, wait: Wait | None) -> Self | None:
        """The view of a wait; None for what does not wait."""
        return cls.model_validate(_fields(wait)) if wait is not None else None


class CountedWaitView(WaitView):
    """What a campaign waits for, or its members do."""

    model_config = ConfigDict(json_schema_extra=example(COUNTED_WAIT), populate_by_name=True, serialize_by_alias=True)

    count: Annotated[int | None, Field(description="How many members wait for it; null = the campaign as a whole.")]

    @classmethod
    def all(cls, waits: Iterable[Wait]) -> list[Self]:
        """The views of everything that a campaign waits for."""
        return [cls.model_validate(_fields(one) | {"count": one.count}) for one in waits]


def _fields(wait: Wait) -> dict[str, Any]:
    return {"for": wait.cause.value, "until": wait.until, "reason": wait.reason}
