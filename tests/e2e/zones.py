"""Time zones by what their clocks show now, so that no test depends on the hour at which it runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON, MIDNIGHT = 12, 0


def zone_where_it_is(hour: int) -> str:
    """A zone of a fixed offset, from -12 to 11 hours, in which it is `hour` o'clock and at most half an hour off."""
    rounded = datetime.now(UTC) + timedelta(minutes=30)
    return _zone((hour - rounded.hour + 12) % 24 - 12)


def east_of(zone: str, hours: int) -> str:
    """The zone so many hours, at most three, ahead of such a zone."""
    return _zone(offset_of(zone) // timedelta(hours=1) + hours)


def offset_of(zone: str) -> timedelta:
    """How far such a zone is ahead of UTC."""
    sign = zone.removeprefix("Etc/GMT")
    return timedelta(hours=-int(sign)) if sign else timedelta()


def _zone(ahead: int) -> str:
    """POSIX signs: Etc/GMT-3 is ahead of UTC."""
    return "Etc/GMT" if not ahead else f"Etc/GMT{-ahead:+d}"
