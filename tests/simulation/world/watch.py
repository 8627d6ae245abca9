"""What must hold at every moment: nobody is called after a stop, every read is young, the ledger adds up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.statistics.totals import Totals
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.ledger import Partition
from ariia.ports.ledger.sending import SendCall
from ariia.services.release.in_flight import InFlight
from tests.builders import TENANT
from tests.doubles.campaigns import MemoryCampaigns
from tests.simulation.world.scheduler import FOREVER, Scheduler

OLDEST_READ_MS = 5_000
_LOOK_EVERY = 40


class WatchedCampaigns(MemoryCampaigns):
    """Tells when a campaign may be sent again."""

    def __init__(self) -> None:
        super().__init__()
        self.on_sendable: Callable[[], None] = lambda: None

    def save(self, change: CampaignChange) -> bool:
        """See CampaignStore."""
        saved = super().save(change)
        if saved and change.campaign.is_sendable:
            self.on_sendable()
        return saved


class WatchedReader:
    """Notes when the eligibility check before a call began."""

    def __init__(self, scheduler: Scheduler, reader: Any) -> None:
        self._scheduler, self._reader = scheduler, reader
        self.dispatch, self.message = reader.dispatch, reader.message

    def dispatch_and_members(self, *about: Any) -> Any:
        """See SendReader."""
        task = self._scheduler.current
        assert task is not None
        task.last_read_at = self._scheduler.now
        return self._reader.dispatch_and_members(*about)


@dataclass
class _Stop:
    name: str
    answered_at: int
    in_flight: InFlight
    is_over: bool = False
    later: set[str] = field(default_factory=set)


class Watch:
    """Collects what was violated, each kind of thing once."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.violations: list[str] = []
        self._stops: list[_Stop] = []
        self._gone: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._steps = 0
        engine.provider.on_begin = self.call_begins
        engine.campaigns.on_sendable = self.may_send_again
        engine.scheduler.on_step = self.step

    def violated(self, what: str) -> None:
        """Keeps it."""
        if what not in self.violations and len(self.violations) < 20:
            self.violations.append(what)

    def stopped(self, name: str, campaign: Campaign | None, in_flight: InFlight) -> None:
        """A pause or a cancel was answered just now, naming what is in flight."""
        if campaign is not None and not campaign.is_sendable:
            self._stops.append(_Stop(name, self._engine.scheduler.now, in_flight))

    def unsubscribed(self, address: str) -> None:
        """An unsubscribe was answered just now."""
        self._gone.setdefault(address, self._engine.scheduler.now)

    def moves(self, member_id: str) -> None:
        """Somebody says that a member lives in another time zone; not answered yet."""
        self._moved[member_id] = FOREVER

    def moved(self, member_id: str) -> None:
        """The answer was given just now."""
        self._moved[member_id] = self._engine.scheduler.now

    def may_send_again(self) -> None:
        """The campaign was resumed, or retried."""
        for stop in self._stops:
            stop.is_over = True

    def call_begins(self, call: SendCall) -> None:
        """Looks at a provider call in the instant it begins."""
        scheduler = self._engine.scheduler
        read_at = scheduler.current.last_read_at
        if scheduler.now - read_at > OLDEST_READ_MS:
            self.violated(f"a call began {scheduler.now - read_at} ms after its read")
        for stop in self._stops:
            if not stop.is_over:
                self._after_stop(stop, call, read_at)
        for recipient in call.recipients:
            if read_at > self._gone.get(recipient.address, read_at):
                self.violated(f"{recipient.member_id} was called after an unsubscribe was answered")
            if read_at > self._moved.get(recipient.member_id, 0):
                self._by_the_clock(recipient.member_id)

    def _by_the_clock(self, member_id: str) -> None:
        engine, now = self._engine, self._engine.scheduler.now
        zone = engine.members.rows[TENANT, member_id].timezone or engine.clocks.rules.zone
        if engine.clocks.is_quiet(zone, now, engine.scenario.skew_ms):
            self.violated(f"{member_id} was called in quiet hours")
        # The hour is that of the place where the member was when the audience was planned.
        if member_id not in self._moved and engine.clocks.is_early(zone, now + engine.scenario.skew_ms):
            self.violated(f"{member_id} was called before its hour")

    def _after_stop(self, stop: _Stop, call: SendCall, read_at: int) -> None:
        if read_at > stop.answered_at:
            self.violated(f"a call began whose read started after {stop.name} was answered")
        stop.later.add(call.tags["batch"])
        if len(stop.later) > stop.in_flight.batches:
            self.violated(f"{stop.name} named {stop.in_flight.batches} batches in flight, {len(stop.later)} came")

    def step(self) -> None:
        """After each effect; looks closely now and then."""
        self._steps += 1
        if self._steps % _LOOK_EVERY == 0:
            self.look()

    def look(self) -> None:
        """The ledger holds everybody once, and both it and the figures add up."""
        engine = self._engine
        rows = engine.rows()
        ids = [entry.member_id for batch in rows for entry in batch.entries]
        if len(ids) != len(set(ids)):
            self.violated("a member is in the ledger twice")
        campaign = engine.stored()
        planned = self._planned(campaign)
        if planned != len(ids):
            self.violated(f"the cursors planned {planned}, the ledger holds {len(ids)}")
        if campaign.targeted is not None and campaign.targeted != len(ids):
            self.violated(f"targeted is {campaign.targeted}, the ledger holds {len(ids)}")
        totals = engine.totals.totals(campaign)
        if sum_of(totals) != totals.targeted:
            self.violated(f"the figures don't add up: {totals}")

    def _planned(self, campaign: Campaign) -> int:
        cursors = [
            self._engine.ledger.plan_cursor(Partition(campaign.tenant_id, campaign.id, shard))
            for shard in range(campaign.shards)
        ]
        return sum(cursor.planned + sum(cursor.excluded.values()) for cursor in cursors)


def sum_of(totals: Totals) -> int:
    """pending + sent + failed + bounced + excluded."""
    assert {"pending", "sent", "failed", "bounced", "excluded"} <= {one.name for one in fields(totals)}
    return totals.pending + totals.sent + totals.failed + totals.bounced + totals.excluded
