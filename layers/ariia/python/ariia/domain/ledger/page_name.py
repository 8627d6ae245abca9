"""What a page of the ledger is called: as much of its first id as tells it from the id before. Pages are found by the
order of their names as by that of the ids, and a name outlives the member's erasure without naming anybody."""

from __future__ import annotations

from collections.abc import Sequence

# Ids that count up differ in more than their last letter at one of so many neighbours.
_LOOKED_BACK = 64


def page_name(before: str | None, first: str) -> str:
    """The shortest beginning of `first` that sorts behind `before`, the last id of the page before (None: there is
    none)."""
    start = before or ""
    for place, letter in enumerate(first):
        if letter != start[place : place + 1]:
            return first[: place + 1]
    return first


def page_end(ids: Sequence[str], end: int) -> int:
    """How many of `ids` make a page when up to `end` fit: as many as leave the next page a name that is no whole id;
    `end` when there is no such place near, or nothing follows."""
    for place in range(min(end, len(ids)), max(0, end - _LOOKED_BACK), -1):
        if place == len(ids) or page_name(ids[place - 1], ids[place]) != ids[place]:
            return place
    return end
