"""By whose clocks a simulated campaign goes: members in several zones, quiet hours, a send at everybody's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ariia.domain.local_time import at_local
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.rules.sending_rules import SendingRules

# At the start of a simulation it is 8:00, 9:00, 13:30 and 3:00 there.
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York")


@dataclass(frozen=True)
class Clocks:
    """Quiet hours of e-mail, and the local time (ISO 8601, without a zone) at which each member gets it."""

    quiet: QuietHours | None = None
    local: str | None = None

    @property
    def rules(self) -> SendingRules:
        """The tenant's rules."""
        return SendingRules("UTC", {"email": self.quiet} if self.quiet else {})

    def is_quiet(self, zone: str, now: int, skew_ms: int) -> bool:
        """True when it is quiet in `zone` at `now` (epoch ms) for every clock that is off by at most `skew_ms`."""
        return self.quiet is not None and all(
            self.quiet.opening(now + one, zone) > now + one for one in (-skew_ms, skew_ms)
        )

    def is_early(self, zone: str, now: int) -> bool:
        """True when the local time has not come in `zone` at `now` (epoch ms)."""
        return self.local is not None and now < at_local(datetime.fromisoformat(self.local), zone)


CLOCKS: dict[str, Clocks] = {
    "none": Clocks(),
    # Begins in London when the campaign has just begun, is over there soon, and comes to the others later.
    "soon quiet": Clocks(QuietHours("08:01", "08:20")),
    "quiet at the start": Clocks(QuietHours("02:00", "08:30")),
    "quiet for hours": Clocks(QuietHours("13:31", "09:05")),
    "local time": Clocks(local="2027-01-15T13:35"),
    "local time, quiet then": Clocks(QuietHours("13:00", "14:00"), "2027-01-15T13:35"),
}


def next_zone(zone: str | None) -> str:
    """Where somebody in `zone` moves to."""
    return ZONES[(ZONES.index(zone or ZONES[0]) + 1) % len(ZONES)]


def zone_of(number: int) -> str:
    """Where a member lives."""
    return ZONES[number % len(ZONES)]
