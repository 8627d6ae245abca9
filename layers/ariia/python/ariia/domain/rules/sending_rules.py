"""The tenant's rules that every message obeys, whatever it belongs to: when a lane or a member may be sent to.

A copy rests on everything that is sent (campaign or container), as the send path reads that with every batch anyway;
the run of a campaign renews it in every round. Campaigns, follow-ups and all other senders ask the functions here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ariia.domain.channel import Channel
from ariia.domain.rules.frequency_cap import FrequencyCap
from ariia.domain.rules.quiet_hours import QuietHours, opening
from ariia.domain.rules.wave import Wave


@dataclass(frozen=True)
class SendingRules:
    """`quiet_hours` by channel; `zone` (IANA) is the tenant's, for members who have none; `cap` is on what a member
    gets over all paths."""

    zone: str = "UTC"
    quiet_hours: dict[str, QuietHours] = field(default_factory=dict)
    cap: FrequencyCap | None = None

    def has_quiet_hours(self, channel: Channel) -> bool:
        """True when there is a time at which nothing leaves on `channel`."""
        return channel in self.quiet_hours

    def member_opening(self, channel: Channel, zone: str | None, now: int) -> int:
        """The first instant (epoch ms) from `now` on at which a message may leave for a member with
        this zone of their own (None = they have none)."""
        return opening(self.quiet_hours, channel, zone or self.zone, now)

    def wave_opening(self, channel: Channel, wave: Wave, now: int) -> int | None:
        """The first instant (epoch ms) from `now` on at which a message of the wave may leave; None when its window has
        closed, or closes before that. A wave without a zone has members of several: each has quiet hours of their own
        (`member_opening`)."""
        start = max(now, wave.not_before or 0)
        at = opening(self.quiet_hours, channel, wave.zone, start) if wave.zone is not None else start
        return None if wave.is_over(at) else at


def deferred_until(
    rules: SendingRules, channel: Channel, zones: Iterable[tuple[str, str | None]], now: int, lasting_ms: int
) -> dict[str, int]:
    """Of members, given by id with the zone of their own (None = they have none), those for whom it is quiet at `now`,
    or will be within the `lasting_ms` that sending may take: the instant (epoch ms) from which they may be sent to."""
    if not rules.has_quiet_hours(channel):
        return {}
    by_zone: dict[str, int | None] = {}
    found = {}
    for member_id, own_zone in zones:
        zone = own_zone or rules.zone
        if zone not in by_zone:
            by_zone[zone] = _quiet_until(rules.quiet_hours[channel], zone, now, lasting_ms)
        until = by_zone[zone]
        if until is not None:
            found[member_id] = until
    return found


def _quiet_until(quiet: QuietHours, zone: str, now: int, lasting_ms: int) -> int | None:
    for at in (now, now + lasting_ms):
        opens = quiet.opening(at, zone)
        if opens > at:
            return opens
    return None
