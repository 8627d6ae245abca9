"""Waves and lanes: who goes together, and when."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel


@dataclass(frozen=True)
class Wave:
    """A send time with its window (epoch ms; None = open on that side). `zone` is the
    time zone (IANA) of all its members, or one that can't be told from theirs; None: they are of several."""

    id: str
    not_before: int | None = None
    not_after: int | None = None
    zone: str | None = None

    def is_open(self, now: int) -> bool:
        """True when a message of this wave may leave at `now`, as far as its window is concerned."""
        return (self.not_before is None or now >= self.not_before) and not self.is_over(now)

    def is_over(self, now: int) -> bool:
        """True when this wave's window has closed for good."""
        return self.not_after is not None and now > self.not_after


@dataclass(frozen=True)
class Lane:
    """Wave x channel x message: the unit that is released on its own. `id` is lower-case letters and digits; `message`
    is the key of what it says (`Dispatch.messages`)."""

    id: str
    wave: str
    channel: Channel
    message: str = "0"


EXCLUDED_LANE = "x"
