"""Checks of what an SES event record must hold to be read. By hand, as models would slow each start of a process."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from ariia.domain.address import parse_email
from ariia.domain.errors import InvalidError

# Clocks differ by seconds. An instant of years from now would pass for the pipeline's sign of life until then.
MOST_AHEAD_MS = 5 * 60_000
_NUMBER = re.compile(r"[0-9]{1,9}")


class MalformedEventError(Exception):
    """The message is an SES event that can't be read. Names the field, never its value."""


def mapping(value: Any, name: str) -> dict[str, Any]:
    """The object itself, and an empty one in place of null."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedEventError(f"{name} is no object")
    return value


def text(value: Any, name: str) -> str:
    """The text itself, which is not empty."""
    if not isinstance(value, str) or not value:
        raise MalformedEventError(f"{name} is no text")
    return value


def first_text(values: Any, name: str) -> str:
    """The first of a list of texts, as SES writes the values of a tag."""
    if not isinstance(values, list) or not values:
        raise MalformedEventError(f"{name} is no list of texts")
    return text(values[0], name)


def number(value: str, name: str) -> int:
    """A whole number of at most nine digits."""
    if not _NUMBER.fullmatch(value):
        raise MalformedEventError(f"{name} is no whole number")
    return int(value)


def instant(value: Any, name: str, now: int) -> int:
    """ISO 8601 with its zone as epoch ms; not later than five minutes after `now`."""
    try:
        at = datetime.fromisoformat(text(value, name))
    except ValueError:
        raise MalformedEventError(f"{name} is no instant (ISO 8601)") from None
    if at.tzinfo is None:
        raise MalformedEventError(f"{name} has no time zone")
    milliseconds = int(at.timestamp() * 1000)
    if not 0 < milliseconds <= now + MOST_AHEAD_MS:
        raise MalformedEventError(f"{name} lies before 1970 or in the future")
    return milliseconds


def remark(value: Any, most: int) -> str:
    """A text that decides nothing, cut to `most` characters and without what UTF-8 can't hold; empty when there is
    none, as what an event decides must not depend on its remarks."""
    return value[:most].encode(errors="replace").decode() if isinstance(value, str) else ""


def only_address(values: Any, name: str) -> str:
    """The one e-mail address of a list, as members' addresses are written."""
    if not isinstance(values, list) or len(values) != 1:
        raise MalformedEventError(f"{name} is no list of one address")
    try:
        return parse_email(parseaddr(text(values[0], name))[1])
    except InvalidError:
        raise MalformedEventError(f"{name} holds no e-mail address") from None
