"""Dates in templates: ISO 8601 text from a member's data, shown as the tenant writes dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

_DIRECTIVES: dict[str, Callable[[datetime], str]] = {
    "%d": lambda day: f"{day.day:02}",
    "%-d": lambda day: str(day.day),
    "%m": lambda day: f"{day.month:02}",
    "%-m": lambda day: str(day.month),
    "%Y": lambda day: f"{day.year:04}",
    "%y": lambda day: f"{day.year % 100:02}",
    "%H": lambda day: f"{day.hour:02}",
    "%M": lambda day: f"{day.minute:02}",
    "%%": lambda day: "%",
}


def parse_date(value: Any) -> date:
    """A date or datetime, or the one an ISO 8601 text names; TypeError or ValueError otherwise."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise TypeError("an ISO 8601 date is expected")
    return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)


def format_date(value: Any, pattern: str = "%d.%m.%Y") -> str:
    """The filter `date`: `{{ member.attributes.joined|date('%d/%m/%Y') }}`.

    Knows %d %-d %m %-m %Y %y %H %M and %%: numbers only, since names of months would need the member's language.
    """
    day = parse_date(value)
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    return re.sub(r"%-?.?", lambda found: _directive(found.group(), moment), pattern)


def _directive(name: str, moment: datetime) -> str:
    if name not in _DIRECTIVES:
        # Imported when needed: reading a date takes no Jinja2.
        from jinja2.exceptions import FilterArgumentError

        raise FilterArgumentError(f"date knows {' '.join(_DIRECTIVES)}, not {name}")
    return _DIRECTIVES[name](moment)
