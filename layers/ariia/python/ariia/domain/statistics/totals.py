"""What a reader makes of the sums of counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ariia.domain.statistics.counts import LANES, MINUTE_MS, RECEIPT_FACTS, UNTRACKED_FACTS, WAITS


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
        if group.startswith(LANES):
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
    more = {name: facts[name] for name in (*RECEIPT_FACTS.values(), *UNTRACKED_FACTS.values())}
    reasons = {reason: count for reason, count in sorted(by_reason.items()) if count}
    lanes = _lanes(counts)
    return Totals(
        all_targeted, pending, sent, failed, bounced, excluded, **more, excluded_by_reason=reasons, lanes=lanes
    )


def _lanes(counts: Mapping[tuple[str, str], int]) -> dict[str, LaneFigures]:
    lanes: dict[str, LaneFigures] = {}
    for (group, name), count in counts.items():
        if not group.startswith(LANES):
            continue
        lane = lanes.setdefault(group.removeprefix(LANES), LaneFigures())
        if name == "targeted":
            lane.pending += count
        elif name in ("accepted", "failed") or name.startswith("excluded:"):
            lane.pending -= count
        elif name.startswith(WAITS) and count > 0:
            _, cause, minute = name.split(":")
            lane.put_off.append((cause, int(minute) * MINUTE_MS, count))
    return lanes
