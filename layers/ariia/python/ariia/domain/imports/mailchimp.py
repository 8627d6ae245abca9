"""Audience exports of Mailchimp: one CSV file each of the subscribed, the unsubscribed, the cleaned and the
non-subscribed contacts (https://mailchimp.com/help/view-export-contacts/).

The unsubscribed have the column UNSUB_TIME, the cleaned (bounced for good) CLEAN_TIME. The other two look alike, so
the file's name or the caller has to say which it is. Subscribed becomes a dated yes (one that was confirmed after the
sign-up with the proof of a double opt-in), unsubscribed a dated no, cleaned a suppressed address; the non-subscribed,
who bought or booked something, have said nothing. Merge fields become attributes."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ariia.domain.consent.suppressions import HARD_BOUNCE
from ariia.domain.errors import Problem
from ariia.domain.imports.columns import UnusableFileError, attribute_value
from ariia.domain.imports.job import ContactStatus
from ariia.domain.imports.record_parts import attribute_name, fits
from ariia.domain.instants import iso
from ariia.domain.members.member import Suppression
from ariia.domain.members.proof import DOUBLE_OPT_IN
from ariia.domain.text_values import instant, phone, shown, timezone

SOURCE = "mailchimp"
_OURS = {
    "email_address": "email",
    "email": "email",
    "first_name": "first_name",
    "fname": "first_name",
    "last_name": "last_name",
    "lname": "last_name",
}
# Taken over as they are if they fit, and as attributes if they don't: Mailchimp checks neither.
_DOUBTFUL = {"phone_number": ("phone", phone), "phone": ("phone", phone), "timezone": ("timezone", timezone)}
_RENAMED = {"cc": "country_code"}
# What is about Mailchimp, or about consent, and no property of the member.
_LEFT_OUT = re.compile(
    "optin_time|confirm_time|unsub_.*|clean_.*|optin_ip|confirm_ip|last_changed|leid|euid|gmtoff|dstoff|status"
)
_TIMES = "YYYY-MM-DD hh:mm:ss in UTC, as Mailchimp exports it"
_FILE_NAME = re.compile(rf"(?:.*[/\\])?({'|'.join(ContactStatus)})_.*", re.IGNORECASE)


def read_mailchimp_header(line: str) -> tuple[str, list[str]]:
    """Delimiter and column names of an export's first line; UnusableFileError when it is none."""
    columns = next(csv.reader([line.strip("\r\n")]), [])
    if not {"email_address", "email"} & {_plain(one) for one in columns}:
        shown_line = shown(line.strip())
        raise UnusableFileError(
            f"no audience export of Mailchimp: it has no column Email Address; it reads {shown_line!r}"
        )
    return ",", columns


def contact_status(columns: Sequence[str], stated: ContactStatus | None, file_name: str | None) -> ContactStatus:
    """Whose file it is: by its columns, else as the caller `stated`, else by the name that Mailchimp gave it.

    UnusableFileError when none of them tells, or when caller and columns contradict each other: taking a file for that
    of the subscribed would mail people who never agreed."""
    names = set(map(_plain, columns))
    told_by = {"clean_time": ContactStatus.CLEANED, "unsub_time": ContactStatus.UNSUBSCRIBED}
    by_column = next((status for column, status in told_by.items() if column in names), None)
    if stated is not None and by_column not in (None, stated):
        raise UnusableFileError(f"the file is that of the {by_column} contacts, and contact_status says {stated}")
    named = _FILE_NAME.fullmatch(file_name or "")
    found = by_column or stated or (ContactStatus(named[1].lower()) if named else None)
    if found is None:
        raise UnusableFileError(
            "the columns don't tell whether these contacts are subscribed: say so with contact_status (subscribed or "
            "nonsubscribed), or give the name that the file has in Mailchimp's export as file_name"
        )
    return found


def mailchimp_identity(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """What a contact is told apart by: the address."""
    found = {name: cell.strip() for name, cell in zip(map(_plain, columns), cells, strict=True) if cell.strip()}
    address = found.get("email_address") or found.get("email")
    return {"email": address} if address else {}


@dataclass(frozen=True)
class Contact:
    """One contact as a member in the API's shape, a warning for each time that can't be read (what it dates counts as
    undated), and the suppression of a cleaned address."""

    values: dict[str, Any]
    warnings: list[Problem]
    suppression: Suppression | None = None


def mailchimp_values(columns: Sequence[str], cells: Sequence[str], status: ContactStatus, now: int) -> Contact:
    """The contact in these cells of the file of the `status` contacts; `now` (epoch ms) bounds its dates."""
    given = {_plain(name): cell.strip() for name, cell in zip(columns, cells, strict=True)}
    warnings: list[Problem] = []
    values = _properties(given)
    if status is ContactStatus.CLEANED:
        at = _time(given, "clean_time", now, warnings)
        return Contact(values, warnings, Suppression(HARD_BOUNCE, now if at is None else at))
    consent = _consent(given, status, now, warnings)
    return Contact(values | ({"consent": {"email": consent}} if consent else {}), warnings)


def _properties(given: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, cell in given.items():
        if not cell or _LEFT_OUT.fullmatch(name):
            continue
        if name == "tags":
            values["tags"] = [one.strip() for one in next(csv.reader([cell], skipinitialspace=True), []) if one.strip()]
        elif field := _field(name, cell):
            values.setdefault(field, cell)
        else:
            attributes.setdefault(attribute_name(_RENAMED.get(name, name)), attribute_value(cell))
    return values | ({"attributes": attributes} if attributes else {})


def _field(name: str, cell: str) -> str | None:
    """The field of a member that a column is; None where it is an attribute."""
    if name in _DOUBTFUL and fits(_DOUBTFUL[name][1], cell):
        return _DOUBTFUL[name][0]
    return _OURS.get(name)


def _consent(
    given: Mapping[str, str], status: ContactStatus, now: int, warnings: list[Problem]
) -> dict[str, Any] | None:
    """What the contact's file and times say of consent; None where they are silent."""
    if status is ContactStatus.NONSUBSCRIBED:
        return None
    if status is ContactStatus.UNSUBSCRIBED:
        return {"status": "denied", "source": SOURCE} | _at(_time(given, "unsub_time", now, warnings))
    if not (given.get("optin_time") or given.get("confirm_time")):
        return None
    asked, agreed = (_time(given, one, now, warnings) for one in ("optin_time", "confirm_time"))
    said = {"status": "granted", "source": SOURCE} | _at(asked if agreed is None else agreed)
    if asked is not None and agreed is not None and asked < agreed:
        # A single opt-in, and an import, have no sign-up before the confirmation.
        return said | {"proof": {DOUBLE_OPT_IN: {"confirmed_at": iso(agreed)}}}
    return said


def _at(at: int | None) -> dict[str, int]:
    return {} if at is None else {"at": at}


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _time(given: Mapping[str, str], name: str, now: int, warnings: list[Problem]) -> int | None:
    """Epoch milliseconds of the time in that column (`2015-03-16 14:40:47`, in UTC); None when there is none that can
    be read, or when it is still to come."""
    text = given.get(name)
    if not text:
        return None
    try:
        named = datetime.fromisoformat(text)
        return instant(round((named if named.tzinfo else named.replace(tzinfo=UTC)).timestamp() * 1000), now)
    except ValueError:
        warnings.append(Problem(name.upper(), "is not a time that has passed, and was left out", shown(text), _TIMES))
        return None
