"""Audience exports of Mailchimp: one CSV file each of the subscribed, the unsubscribed and the cleaned contacts.

Which of the three a file is, its columns say: the unsubscribed have UNSUB_TIME, the cleaned (bounced for good)
CLEAN_TIME. Subscribed becomes a dated yes (one that was confirmed after the sign-up with the proof of a double opt-in),
unsubscribed a dated no, cleaned a suppressed address. Merge fields become attributes."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from .errors import InvalidError
from .import_columns import UnusableFileError, values_of
from .import_record_parts import attribute_name, fits
from .member_text import phone, shown, timezone

SOURCE = "mailchimp"
_OURS = {
    "email_address": "email",
    "email": "email",
    "first_name": "first_name",
    "fname": "first_name",
    "last_name": "last_name",
    "lname": "last_name",
    "tags": "tags",
}
# Taken over as they are if they fit, and as attributes if they don't: Mailchimp checks neither.
_DOUBTFUL = {"phone_number": ("phone", phone), "phone": ("phone", phone), "timezone": ("timezone", timezone)}
_RENAMED = {"cc": "country_code"}
# What is about Mailchimp, or about consent, and no property of the member.
_LEFT_OUT = re.compile(
    "optin_time|confirm_time|unsub_.*|clean_.*|optin_ip|confirm_ip|last_changed|leid|euid|gmtoff|dstoff|status"
)


def read_mailchimp_header(line: str) -> tuple[str, list[str]]:
    """Delimiter and column names of an export's first line; UnusableFileError when it is none."""
    columns = next(csv.reader([line.strip("\r\n")]), [])
    if not {"email_address", "email"} & {_plain(one) for one in columns}:
        shown_line = shown(line.strip())
        raise UnusableFileError(
            f"no audience export of Mailchimp: it has no column Email Address; it reads {shown_line!r}"
        )
    return ",", columns


def mailchimp_identity(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """What a contact is told apart by: the address."""
    found = {name: cell.strip() for name, cell in zip(map(_plain, columns), cells, strict=True) if cell.strip()}
    address = found.get("email_address") or found.get("email")
    return {"email": address} if address else {}


def mailchimp_values(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """One contact as a member in the API's shape; for a cleaned one with `suppression`. InvalidError as of
    `import_columns.values_of`."""
    given = {_plain(name): cell.strip() for name, cell in zip(columns, cells, strict=True)}
    ours: dict[str, str] = {}
    for name, cell in given.items():
        if cell and not _LEFT_OUT.fullmatch(name):
            ours.setdefault(*_translated(name, cell))
    is_cleaned, is_unsubscribed = "clean_time" in given, "unsub_time" in given
    if is_unsubscribed and not is_cleaned:
        ours |= _consent("denied", given["unsub_time"])
    elif not is_cleaned:
        asked, agreed = given.get("optin_time") or "", given.get("confirm_time") or ""
        ours |= _consent("granted", agreed or asked)
        # A single opt-in, and an import, have no sign-up before the confirmation.
        if asked and agreed and _instant(asked) < _instant(agreed):
            ours["consent_email_confirmed_at"] = _instant(agreed)
    values = values_of(list(ours), list(ours.values()))
    if is_cleaned:
        values["suppression"] = {"channel": "email", "reason": "hard_bounce", "at": _instant(given["clean_time"])}
    return values


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _translated(name: str, cell: str) -> tuple[str, str]:
    if name == "tags":
        return "tags", ";".join(next(csv.reader([cell], skipinitialspace=True), []))
    if name in _OURS:
        return _OURS[name], cell
    if name in _DOUBTFUL and fits(_DOUBTFUL[name][1], cell):
        return _DOUBTFUL[name][0], cell
    return f"attributes.{attribute_name(_RENAMED.get(name, name))}", cell


def _consent(status: str, time: str) -> dict[str, str]:
    said = {"consent_email": status, "consent_email_source": SOURCE}
    return said | ({"consent_email_at": _instant(time)} if time else {})


def _instant(time: str) -> str:
    """Exports give times as `2015-03-16 14:40:47`, in UTC."""
    try:
        named = datetime.fromisoformat(time)
    except ValueError:
        raise InvalidError("a time is not valid") from None
    return (named if named.tzinfo else named.replace(tzinfo=UTC)).isoformat()
