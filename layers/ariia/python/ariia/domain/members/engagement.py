"""What members were sent and did, kept with them to the day, so that segments can ask for it.

Each instant moves forward only when a later day (UTC) comes: at most one write a member and day for each of them, and
the day is the same in whatever order and however often the events come."""

from __future__ import annotations

from dataclasses import fields, replace

from ariia.domain.members.member import Engagement

_DAY_MS = 86_400_000
NAMES = tuple(field.name for field in fields(Engagement))


def day_of(at: int) -> int:
    """The start (epoch ms) of the day in UTC."""
    return at - at % _DAY_MS


def latest(one: Engagement, other: Engagement) -> Engagement:
    """The later of each instant."""
    return Engagement(**{name: _later(getattr(one, name), getattr(other, name)) for name in NAMES})


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def since(seen: Engagement, joined_at: int) -> Engagement:
    """Without what happened before `joined_at` (epoch ms): it was about somebody who had the same id before."""
    early = {name: None for name in NAMES if (getattr(seen, name) or joined_at) < joined_at}
    return replace(seen, **early)


def news(stored: Engagement, seen: Engagement) -> dict[str, int]:
    """Those instants of `seen` that lie on a later day than the stored ones, by name."""
    later = {}
    for name in NAMES:
        at, known = getattr(seen, name), getattr(stored, name)
        if at is not None and (known is None or day_of(at) > day_of(known)):
            later[name] = at
    return later
