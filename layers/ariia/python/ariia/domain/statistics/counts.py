"""Counters: what one change of a ledger row adds to them.

A counter is named by group and fact. All counts are of members; sums are exact, whatever came late or twice.

- `lane:<lane>`: totals.
- `hour:<lane>:<yyyy-mm-ddThh>` (UTC): `<00 or 30>:<fact>`, the half hours of that hour. Each hour is a group of its
  own, as adding to an item costs as much as the whole item.
- `link:<lane>:<n>`: who clicked, by the link's name.
- `erased:<any of these>`: what receipts of erased members had counted there, which the ledger does not know any more.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.ledger.put_off import PutOff
from ariia.domain.ledger.receipt import EventKind, Receipt, is_bounced
from ariia.domain.wait_cause import WaitCause

Counts = dict[tuple[str, str], int]

LANES = "lane:"
ERASED = "erased:"
WAITS = "waits:"
MINUTE_MS = 60_000
RECEIPT_FACTS = {
    EventKind.DELIVERED: "delivered",
    EventKind.OPENED: "opened",
    EventKind.CLICKED: "clicked",
    EventKind.MACHINE_OPENED: "machine_opened",
    EventKind.MACHINE_CLICKED: "machine_clicked",
    EventKind.COMPLAINED: "complained",
    EventKind.UNSUBSCRIBED: "unsubscribed",
}
UNTRACKED_FACTS = {1: "opens_untracked", 2: "clicks_untracked"}
_LINK_GROUPS = 16
_HALF_HOUR_MS, _HOUR_MS = 30 * MINUTE_MS, 60 * MINUTE_MS


def change_counts(before: CountedRow | None, after: CountedRow | None) -> Counts:
    """What a row's change adds to the counters. A row that is gone takes nothing away: receipts leave the ledger where
    a member is erased, and the figures stay. What such a receipt had counted is noted under `erased:` as well, so that
    a recount of the ledger knows what is missing there."""
    if after is None:
        gone = row_counts(before) if before and isinstance(before.content, Receipt) else {}
        return {(ERASED + group, fact): count for (group, fact), count in gone.items()}
    return difference(row_counts(after), row_counts(before) if before else {})


def row_counts(row: CountedRow) -> Counts:
    """What one row contributes."""
    if isinstance(row.content, Receipt):
        return receipt_counts(row.lane, row.content)
    return batch_counts(row.lane, row.content)


def batch_counts(lane: str, entries: Sequence[Entry]) -> Counts:
    """What one batch contributes."""
    counts: Counter[tuple[str, str]] = Counter()
    group = LANES + lane
    for entry in entries:
        counts[(group, "targeted")] += 1
        if entry.state is EntryState.ACCEPTED:
            counts[(group, "accepted")] += 1
            counts[_by_hour(lane, entry.at, "accepted")] += 1
            for bit, fact in UNTRACKED_FACTS.items():
                if entry.untracked & bit:
                    counts[(group, fact)] += 1
        elif entry.state is EntryState.FAILED:
            counts[(group, "failed")] += 1
        elif entry.state is EntryState.EXCLUDED:
            counts[(group, f"excluded:{entry.detail}")] += 1
        elif entry.at:
            counts[(group, _put_off(entry))] += 1
    return dict(counts)


def _put_off(entry: Entry) -> str:
    """The fact of who waits and was put off: until when, rounded up, so that a counter has few of them. Quiet hours end
    for many at once; where a cap is free again is different for everybody."""
    put_off = PutOff.of(entry.detail)
    cause = put_off.cause if put_off else WaitCause.RATE
    step = MINUTE_MS if cause is WaitCause.QUIET_HOURS else _HOUR_MS
    return f"{WAITS}{cause}:{-(-entry.at // step) * step // MINUTE_MS}"


def receipt_counts(lane: str, receipt: Receipt) -> Counts:
    """What one receipt contributes: facts as they were reported, nothing inferred."""
    counts: Counts = {}
    group = LANES + lane
    for kind, name in RECEIPT_FACTS.items():
        at = receipt.times.get(kind)
        if at is not None:
            counts[(group, name)] = 1
            counts[_by_hour(lane, at, name)] = 1
    if is_bounced(receipt):
        counts[(group, "bounced")] = 1
        bounced_at = receipt.at(EventKind.BOUNCED)
        if bounced_at:
            counts[(group, "hard_bounced")] = 1
            counts[_by_hour(lane, bounced_at, "hard_bounced")] = 1
        if receipt.at(EventKind.OPENED) or receipt.at(EventKind.CLICKED):
            counts[(group, "bounced_but_read")] = 1
    for link in receipt.links:
        counts[(link_group(lane, link), link)] = 1
    return counts


def difference(after: Counts, before: Counts) -> Counts:
    """`after` minus `before`, without zeros."""
    keys = after.keys() | before.keys()
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in keys}
    return {key: change for key, change in changes.items() if change}


def add(counts: Counts, more: Counts) -> None:
    """Adds `more` to `counts`."""
    for key, amount in more.items():
        counts[key] = counts.get(key, 0) + amount


def by_group(counts: Counts) -> dict[str, dict[str, int]]:
    """The facts of each group, without zeros."""
    groups: dict[str, dict[str, int]] = {}
    for (group, name), amount in counts.items():
        if amount:
            groups.setdefault(group, {})[name] = amount
    return groups


def link_group(lane: str, name: str) -> str:
    """The group of a link: spread, so that no item of counters outgrows the store where every member has their own."""
    return f"link:{lane}:{zlib.crc32(name.encode()) % _LINK_GROUPS:02d}"


def _by_hour(lane: str, at: int, fact: str) -> tuple[str, str]:
    hour, half = _half_hour(at // _HALF_HOUR_MS)
    return f"hour:{lane}:{hour}", f"{half}:{fact}"


@lru_cache(maxsize=2048)
def _half_hour(number: int) -> tuple[str, str]:
    """Hour and half of the half hour that is this many after the epoch."""
    moment = datetime.fromtimestamp(number * _HALF_HOUR_MS / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H}", f"{moment:%M}"
