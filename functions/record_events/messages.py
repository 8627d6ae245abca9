"""Messages of the events' queue: what of them is an event, what is not ours, and what can't be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ariia.domain.ledger.provider_event import ProviderEvent
from functions.record_events.fields import MalformedEventError
from functions.record_events.ses_events import SesEvent, looks_like_event, parse

Record = dict[str, Any]


class ForeignMessageError(Exception):
    """The message is no event: nothing is lost with it."""


@dataclass(frozen=True)
class Reading:
    """What one message came to: an event record, or why it is `foreign` (to be dropped) or `unreadable` (an event, to
    be put aside)."""

    found: SesEvent | None = None
    foreign: str = ""
    unreadable: str = ""

    @property
    def event(self) -> ProviderEvent | None:
        """The event where there is one of ours."""
        return self.found.event if self.found else None

    @property
    def at(self) -> int:
        """SES's instant (epoch ms); 0 when there is none."""
        return self.found.at if self.found else 0


def read(record: Record, topic_arn: str, now: int) -> Reading:
    """What the message holds. Raises nothing: a message that can't be read is its own trouble alone."""
    try:
        return Reading(parse(_event(record, topic_arn), now))
    except ForeignMessageError as error:
        return Reading(foreign=str(error))
    except MalformedEventError as error:
        return Reading(unreadable=str(error))
    except Exception as error:
        # Nested too deep, a number too long: it may have been an event, so it is kept.
        return Reading(unreadable=type(error).__name__)


def _event(record: Record, topic_arn: str) -> dict[str, Any]:
    """The event inside the SNS envelope; only our own topic is believed (its queue policy lets no other in)."""
    envelope = _json(record["body"])
    if not isinstance(envelope, dict) or envelope.get("TopicArn") != topic_arn:
        raise ForeignMessageError("not of the topic of events")
    message = _json(envelope.get("Message"))
    if not looks_like_event(message):
        raise ForeignMessageError("no event record")
    event: dict[str, Any] = message
    return event


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        raise ForeignMessageError("no text")
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        # So is SES's notice about the topic: "Successfully validated SNS topic for Amazon SES event publishing."
        raise ForeignMessageError("no JSON") from None
