"""Rules for single values of a member: each gives the value in its stored form or raises FieldError."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import available_timezones

from ariia.domain.address import parse_email, parse_phone
from ariia.domain.errors import InvalidError, Problem

MAX_NAME = 100
MAX_EXTERNAL_ID = 256
MAX_TAGS = 100
MAX_TAG = 64
MAX_SOURCE = 100
_SHOWN = 100
_DAY_MS = 86_400_000
# The part of BCP 47 (RFC 5646 2.1) that is in use: language, script, region.
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
_TELEGRAM = re.compile(r"-?[0-9]{1,19}")
_TAG_SEPARATORS = ';|,/\\"#?%<>[]{}^`'
# The same for those who check without us: ECMA-262 and Python read it alike.
TAG_PATTERN = '^(?=.*\\S)[^;|,/\\\\"#?%<>\\[\\]{}^`\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+$'
NOT_IN_TAGS = re.compile(f"[{re.escape(_TAG_SEPARATORS)}]")
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class FieldError(ValueError):
    """What is wrong with one value, and what is allowed instead."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.message, self.allowed = message, allowed

    def problem(self, field: str, value: object) -> Problem:
        """The same, said of `field`; a long value is cut."""
        return Problem(field, self.message, value=shown(value), allowed=self.allowed)


def shown(value: object) -> object:
    """`value` short enough and clean enough to be repeated in a report."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = (value if isinstance(value, str) else repr(value)).encode("utf-8", "replace").decode()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def normal(value: str) -> str:
    """Unicode normal form C without surrounding blanks: the form in which texts are stored and compared."""
    return unicodedata.normalize("NFC", value.strip())


def text(value: object, limit: int) -> str:
    """A line of text in its normal form."""
    if not isinstance(value, str):
        raise FieldError("is not a text", "a text")
    clean = normal(value)
    if not clean or len(clean) > limit:
        raise FieldError("is empty" if not clean else "is too long", f"1 to {limit} characters")
    if UNPRINTABLE.search(clean):
        raise FieldError("holds a control character", "one line of printable text")
    return clean


def name(value: object) -> str:
    """A first or last name."""
    return text(value, MAX_NAME)


def external_id(value: object) -> str:
    """The id that somebody else's system has for the member."""
    return text(value, MAX_EXTERNAL_ID)


def email(value: object) -> str:
    """See `address.parse_email`."""
    return _address(parse_email, text(value, 320))


def phone(value: object) -> str:
    """See `address.parse_phone`."""
    return _address(parse_phone, text(value, 40))


def _address(parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value)
    except InvalidError as error:
        raise FieldError(error.problems[0].message, str(error.problems[0].allowed)) from None


def telegram_id(value: object) -> str:
    """A Telegram chat id: an integer in decimal digits."""
    clean = text(value, 20)
    if not _TELEGRAM.fullmatch(clean):
        raise FieldError("is not a Telegram chat id", "an integer")
    return clean


def language(value: object) -> str:
    """A language tag in its usual case, such as `de`, `pt-BR` or `zh-Hant-TW`."""
    parts = _LANGUAGE.fullmatch(text(value, 20).replace("_", "-"))
    if parts is None:
        raise FieldError("is not a language tag", "BCP 47, for example de or pt-BR")
    code, script, region = parts.groups()
    return "-".join(filter(None, (code.lower(), script and script.title(), region and region.upper())))


def timezone(value: object) -> str:
    """The name of an IANA time zone."""
    clean = text(value, 64)
    if clean not in _timezones():
        raise FieldError("is not a time zone", "an IANA name, for example Europe/Berlin")
    return clean


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def tag(value: object) -> str:
    """One tag. It may stand in a cell of a CSV file and in a path of the API."""
    clean = text(value, MAX_TAG)
    if NOT_IN_TAGS.search(clean):
        raise FieldError("holds a character that no tag may have", "a tag without " + " ".join(_TAG_SEPARATORS))
    return clean


def tags(value: object) -> list[str]:
    """Tags without repetition, in order."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise FieldError("is not a list", "a list of tags")
    clean = list(dict.fromkeys(tag(one) for one in value))
    if len(clean) > MAX_TAGS:
        raise FieldError("are too many", f"at most {MAX_TAGS} tags")
    return clean


def instant(value: object, now: int) -> int:
    """Epoch milliseconds of an ISO 8601 instant (a date alone is its midnight in UTC), or of such a number itself.
    One that lies ahead of `now` by less than a day is taken as now: it is a time zone's doing."""
    at = value if isinstance(value, int) and not isinstance(value, bool) else _iso_instant(value)
    if at < 0 or at > now + _DAY_MS:
        raise FieldError("lies in the future" if at > now else "lies before 1970", "an instant that has passed")
    return min(at, now)


def _iso_instant(value: object) -> int:
    try:
        parsed = datetime.fromisoformat(text(value, 40))
    except ValueError:
        raise FieldError("is not an instant", "ISO 8601, for example 2026-03-01T12:00:00Z") from None
    if parsed.tzinfo is None:
        if len(str(value).strip()) > len("2026-03-01"):
            raise FieldError("has no time zone", "ISO 8601 with Z or an offset, for example 2026-03-01T12:00:00Z")
        parsed = parsed.replace(tzinfo=UTC)
    return round(parsed.timestamp() * 1000)
