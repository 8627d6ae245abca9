"""Counters: what one change of a ledger row adds to them, and what a reader makes of their sums.

A counter is named by group and fact. Groups: `lane:<lane>` for totals, `day:<yyyy-mm-dd>` for hour buckets,
`link:<lane>:<n>` for clicks by link. All counts are of members; sums over stream shards are exact, whatever came
late or twice.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.ledger.put_off import PutOff
from ariia.domain.ledger.receipt import EventKind, Receipt, is_bounced
from ariia.domain.wait_cause import WaitCause

Counts = dict[tuple[str, str], int]

_FACTS = {
    EventKind.DELIVERED: "delivered",
    EventKind.OPENED: "opened",
    EventKind.CLICKED: "clicked",
    EventKind.MACHINE_OPENED: "machine_opened",
    EventKind.MACHINE_CLICKED: "machine_clicked",
    EventKind.COMPLAINED: "complained",
    EventKind.UNSUBSCRIBED: "unsubscribed",
}
_LINK_GROUPS = 16
_WAITS = "waits:"
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_UNTRACKED = {1: "opens_untracked", 2: "clicks_untracked"}


def batch_counts(lane: str, entries: Sequence[Entry]) -> Counts:
    """What one batch contributes."""
    counts: Counter[tuple[str, str]] = Counter()
    group = f"lane:{lane}"
    for entry in entries:
        counts[(group, "targeted")] += 1
        if entry.state is EntryState.ACCEPTED:
            counts[(group, "accepted")] += 1
            counts[(_day(entry.at), f"{_hour(entry.at)}:accepted")] += 1
            for bit, fact in _UNTRACKED.items():
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
    step = _MINUTE_MS if cause is WaitCause.QUIET_HOURS else _HOUR_MS
    return f"{_WAITS}{cause}:{-(-entry.at // step) * step // _MINUTE_MS}"


def receipt_counts(lane: str, receipt: Receipt) -> Counts:
    """What one receipt contributes: facts as they were reported, nothing inferred."""
    counts: Counter[tuple[str, str]] = Counter()
    group = f"lane:{lane}"
    for kind, name in _FACTS.items():
        at = receipt.at(kind)
        if at is not None:
            counts[(group, name)] += 1
            counts[(_day(at), f"{_hour(at)}:{name}")] += 1
    if is_bounced(receipt):
        counts[(group, "bounced")] += 1
        if receipt.at(EventKind.BOUNCED):
            counts[(group, "hard_bounced")] += 1
        if receipt.at(EventKind.OPENED) or receipt.at(EventKind.CLICKED):
            counts[(group, "bounced_but_read")] += 1
    for link in receipt.links:
        counts[(link_group(lane, link), link)] += 1
    return dict(counts)


def difference(after: Counts, before: Counts) -> Counts:
    """`after` minus `before`, without zeros."""
    keys = after.keys() | before.keys()
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in keys}
    return {key: change for key, change in changes.items() if change}


def link_group(lane: str, name: str) -> str:
    """The group of a link: spread, so that no item of counters outgrows the store where every member has their own."""
    return f"link:{lane}:{zlib.crc32(name.encode()) % _LINK_GROUPS:02d}"


def _day(at: int) -> str:
    return "day:" + datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def _hour(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%H")


@dataclass
class LaneFigures:
    """Members of one lane who wait, and those of them who were put off: (cause, until (epoch ms), how many)."""

    pending: int = 0
    put_off: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Totals:
    """The figures of a campaign; targeted = pending + sent + failed + bounced + excluded, always. `sent` includes
    everything beyond (delivered, opened, clicked), as these are facts about those who were sent; of the `*_untracked`
    among them nobody knows whether they opened or clicked, as they or the tenant did not want it recorded."""

    targeted: int = 0
    pending: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    excluded: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    machine_opened: int = 0
    machine_clicked: int = 0
    complained: int = 0
    unsubscribed: int = 0
    opens_untracked: int = 0
    clicks_untracked: int = 0
    excluded_by_reason: dict[str, int] = field(default_factory=dict)
    lanes: dict[str, LaneFigures] = field(default_factory=dict)


def totals(counts: Mapping[tuple[str, str], int], *, targeted: int | None, cancelled: bool) -> Totals:
    """The figures from summed counters. `targeted` is the frozen audience where planning is over. Counters may be a
    moment behind each other, so an acceptance not yet counted is implied by its bounce. With `cancelled`, who still
    waits reads as excluded."""
    facts: Counter[str] = Counter()
    for (group, name), count in counts.items():
        if group.startswith("lane:"):
            facts[name] += count
    by_reason = {name.removeprefix("excluded:"): count for name, count in facts.items() if name.startswith("excluded:")}
    excluded = sum(by_reason.values())
    all_targeted = facts["targeted"] if targeted is None else targeted
    failed = facts["failed"]
    bounced = min(facts["bounced"] - facts["bounced_but_read"], all_targeted - excluded - failed)
    room = all_targeted - excluded - failed - bounced
    sent = min(room, max(0, facts["accepted"] - bounced))
    pending = room - sent
    if cancelled and pending:
        by_reason["cancelled"] = by_reason.get("cancelled", 0) + pending
        excluded, pending = excluded + pending, 0
    more = {name: facts[name] for name in (*_FACTS.values(), *_UNTRACKED.values())}
    reasons = {reason: count for reason, count in sorted(by_reason.items()) if count}
    lanes = _lanes(counts)
    return Totals(
        all_targeted, pending, sent, failed, bounced, excluded, **more, excluded_by_reason=reasons, lanes=lanes
    )


def _lanes(counts: Mapping[tuple[str, str], int]) -> dict[str, LaneFigures]:
    lanes: dict[str, LaneFigures] = {}
    for (group, name), count in counts.items():
        kind, _, lane_id = group.partition(":")
        if kind != "lane":
            continue
        lane = lanes.setdefault(lane_id, LaneFigures())
        if name == "targeted":
            lane.pending += count
        elif name in ("accepted", "failed") or name.startswith("excluded:"):
            lane.pending -= count
        elif name.startswith(_WAITS) and count > 0:
            _, cause, minute = name.split(":")
            lane.put_off.append((cause, int(minute) * _MINUTE_MS, count))
    return lanes
