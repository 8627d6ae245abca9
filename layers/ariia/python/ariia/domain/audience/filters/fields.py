"""The fields that a condition may name, and how each is read from a member."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from ariia.domain.audience.filters.operators import Kind
from ariia.domain.channel import MESSAGE_CHANNELS, Channel
from ariia.domain.ledger.recipient_facts import RecipientFact
from ariia.domain.members.member import Member

Read = Callable[[Member], Any]
ATTRIBUTE_PATTERN = "^attributes\\.[A-Za-z_][A-Za-z0-9_]{0,63}$"
FACT_PATTERN = f"^campaign:[A-Za-z0-9_-]{{1,64}}:({'|'.join(RecipientFact)})$"
_ATTRIBUTE, _FACT = re.compile(ATTRIBUTE_PATTERN), re.compile(FACT_PATTERN)
_TEXTS = (
    "id",
    "external_id",
    "email",
    "phone",
    "telegram_id",
    "first_name",
    "last_name",
    "language",
    "timezone",
)
_INSTANTS = ("created_at", "updated_at")
ENGAGEMENT = ("last_opened_at", "last_clicked_at", "last_interaction_at", "last_sent_at")


@dataclass(frozen=True)
class Field:
    """A field by its name in the API. `read` gives its value in a member, None when it has none; a fact is not read
    from the member but from the ledger of `campaign_id`."""

    name: str
    kind: Kind
    read: Read
    campaign_id: str | None = None
    fact: RecipientFact | None = None


def find_field(name: str) -> Field | None:
    """The field of that name; None when there is none."""
    fixed = FIXED.get(name)
    if fixed is not None:
        return fixed
    if _ATTRIBUTE.fullmatch(name):
        return Field(name, Kind.CUSTOM, _attribute(name.removeprefix("attributes.")))
    if _FACT.fullmatch(name):
        _, campaign_id, fact = name.split(":")
        return Field(name, Kind.FACT, _nothing, campaign_id, RecipientFact(fact))
    return None


def _nothing(_: Member) -> None:
    return None


def _attribute(key: str) -> Read:
    return lambda member: member.attributes.get(key)


def _engagement(name: str) -> Read:
    return attrgetter(f"engagement.{name}")


def _about(part: str, channel: Channel, name: str) -> Read:
    whole, one = attrgetter(part), attrgetter(name)

    def read(member: Member) -> Any:
        found = whole(member).get(channel)
        return None if found is None else one(found)

    return read


def _fixed() -> Iterator[Field]:
    for name in _TEXTS:
        yield Field(name, Kind.TEXT, attrgetter(name))
    yield Field("tags", Kind.TAGS, attrgetter("tags"))
    for name in _INSTANTS:
        yield Field(name, Kind.INSTANT, attrgetter(name))
    for name in ENGAGEMENT:
        yield Field(name, Kind.INSTANT, _engagement(name))
    for channel in MESSAGE_CHANNELS:
        yield Field(f"consent.{channel}.status", Kind.CONSENT, _about("consent", channel, "status"))
        yield Field(f"consent.{channel}.source", Kind.TEXT, _about("consent", channel, "source"))
        yield Field(f"consent.{channel}.at", Kind.INSTANT, _about("consent", channel, "at"))
        yield Field(f"suppression.{channel}.reason", Kind.TEXT, _about("suppression", channel, "reason"))
        yield Field(f"suppression.{channel}.at", Kind.INSTANT, _about("suppression", channel, "at"))


FIXED: dict[str, Field] = {field.name: field for field in _fixed()}


def names_of(kind: Kind) -> tuple[str, ...]:
    """The names of the fixed fields of that kind."""
    return tuple(field.name for field in FIXED.values() if field.kind is kind)
