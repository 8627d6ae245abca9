"""The audit trail as rows: what one write adds lies in one row of the tenant's list, and in one of each member's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ariia.domain.audit.entries import AuditEntry, redacted

Row = tuple[str, list[AuditEntry]]


def row_id(at: int, token: str) -> str:
    """Sorts by the instant (epoch ms) at which the write was noted."""
    return f"{at:013d}-{token}"


def month_of(row: str) -> str:
    """The part of the tenant's list that a row lies in: `yyyy-mm` in UTC."""
    return datetime.fromtimestamp(int(row[:13]) / 1000, UTC).strftime("%Y-%m")


def months_back(since: int, until: int) -> Iterator[str]:
    """The months from the one of `until` back to that of `since` (epoch ms), newest first."""
    last = month_of(row_id(max(0, since), ""))
    month = month_of(row_id(until, ""))
    while month >= last:
        yield month
        year, number = int(month[:4]), int(month[5:])
        month = f"{year - (number == 1):04d}-{(number - 2) % 12 + 1:02d}"


def by_subject(entries: Iterable[AuditEntry]) -> Mapping[str, list[AuditEntry]]:
    """Entries by the member, or the address, that they are about; those about nobody are left out."""
    found: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        if entry.about is not None:
            found.setdefault(entry.about, []).append(entry)
    return found


def cut(rows: Iterable[Row], limit: int, after: str | None) -> tuple[list[AuditEntry], str | None]:
    """Up to `limit` entries of `rows` (newest first, from the row of `after` on) behind the place `after`, and the
    place of the last one; None when no entry follows it."""
    start, _, number = (after or "").rpartition("|")
    found: list[AuditEntry] = []
    place = None
    for row, entries in rows:
        for index, entry in enumerate(entries):
            if row == start and index <= int(number):
                continue
            if len(found) == limit:
                return found, place
            found.append(entry)
            place = f"{row}|{index}"
    return found, None


def row_of(after: str | None) -> str | None:
    """The row in which the place `after` lies."""
    return after.rpartition("|")[0] if after else None


def redact_subject(entries: Sequence[AuditEntry], subject: str) -> list[AuditEntry]:
    """The entries of a row with those about `subject` redacted; doing it again changes nothing."""
    return [redacted(one) if one.about == subject and one.is_named else one for one in entries]


def is_redacted(entries: Iterable[AuditEntry]) -> bool:
    """True when no entry names a member or an address any more."""
    return not any(one.is_named for one in entries)
