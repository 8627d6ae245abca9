"""A tenant with one series, its schedules, those who look for what never fired, and people who pause and resume it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.review import Review
from ariia.domain.campaigns.run import take_charge
from ariia.domain.content.content import Content
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import Series, SeriesStatus
from ariia.domain.tenants.plan import Feature, Plan
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from ariia.ports.series import SeriesChange
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.firing import CampaignFiring, ScheduleChecks
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.from_addresses import FromAddresses
from ariia.services.campaigns.scheduling import CampaignScheduling
from ariia.services.campaigns.targets import Targets
from ariia.services.content.checks import ContentChecks
from ariia.services.release.in_flight import InFlightCount
from ariia.services.release.stopping import CampaignStopping
from ariia.services.revisits import Revisits
from ariia.services.series.checks import SeriesChecks
from ariia.services.series.reading import SeriesDirectory
from ariia.services.series.review import SeriesReview
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.starting import SeriesStarting
from ariia.services.series.stopping import SeriesStopping
from ariia.services.series.waking import SeriesWaking
from ariia.services.tenants.quotas import Quotas
from tests.builders import TENANT, segment_uses
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.clock import CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.ledger import MemoryLedger
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.segments import MemorySegments
from tests.doubles.series import MemorySeries
from tests.doubles.templates import MemoryTemplates
from tests.doubles.tenants import MemoryTenants
from tests.simulation.world.faults import Chance, FaultPlan, RandomFaults
from tests.simulation.world.gate import OPEN
from tests.simulation.world.scheduler import START
from tests.simulation.world.stage import Stage, insist

SERIES = "news"
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
_DAY = 24 * _HOUR
LONGEST_MS = 9 * _DAY
_CHECKED_EVERY_MS = 20 * _MINUTE
_S, _C = SeriesStatus, CampaignStatus


class SeriesParts:
    """The right ones. `violates` is what must be said of a wrong variant."""

    store: type = MemorySeries
    runs: type = SeriesRuns
    stopping: type = SeriesStopping
    checks: type = SeriesChecks
    firing: type = CampaignFiring
    violates: str = ""


@dataclass
class Press:
    """A button, when it is pressed (ms; `racing`: so long behind the next wake-up instead), and between which instants
    it was answered; None = nobody was told."""

    name: str
    at: int
    racing: int | None = None
    began: int = 0
    answered: int | None = None


@dataclass
class SeriesRun:
    """A run's result."""

    seed: int
    violations: list[str] = field(default_factory=list)
    begun: int = 0
    skipped: int = 0
    status: str = ""


def play(seed: int, parts: type[SeriesParts] = SeriesParts) -> SeriesRun:
    """Plays a series of a few days to its end."""
    world = _World(seed, parts)
    try:
        if not world.stage.scheduler.run(START + LONGEST_MS):
            world.stage.violated("something still runs")
        return world.judged()
    finally:
        world.stage.scheduler.close()


class _World:
    def __init__(self, seed: int, parts: type[SeriesParts]) -> None:
        self.random = Random(f"series-{seed}")
        rate = self.random.choice((0.0, 0.005, 0.02))
        plan: FaultPlan = RandomFaults(Chance(seed), rate, rate / 2)
        self.stage, self.parts, self.result = Stage(seed, plan), parts, SeriesRun(seed)
        self.result.violations = self.stage.violations
        # Three days in which nothing fires, nobody looks and nobody presses anything.
        self.is_outage = self.random.random() < 0.15
        self.begun: dict[str, list[tuple[int, Campaign]]] = defaultdict(list)
        self.wakes: list[int] = []
        self.unfired: list[str] = []
        self._stores()
        self._services()
        self.presses = _presses(self.random)[: 1 if self.is_outage else 3]
        self.stage.scheduler.spawn("people", self._press_all)
        self.stage.scheduler.after(3 * _DAY if self.is_outage else _CHECKED_EVERY_MS, self._look)

    def _stores(self) -> None:
        self.campaigns, self.quotas, self.tenants = MemoryCampaigns(), MemoryQuotas(), MemoryTenants()
        self.tenants.create(Tenant(TENANT, "Studio", Plan.BUSINESS, default_sender="news@studio.example"))
        self.store: Any = self.parts.store(self.campaigns)
        # 18:00 in Berlin, of which the first may be minutes away: the world begins at 9:00.
        first = self.random.choice((("2027-01-15", "09:01"), ("2027-01-15", "18:00"), ("2027-01-16", "18:00")))
        rule = CalendarRule(f"FREQ=DAILY;COUNT={self.random.choice((2, 3))}", *first, "Europe/Berlin")
        draft = Campaign(SERIES, TENANT, "News", CampaignType.SCHEDULED)
        series = Series(SERIES, TENANT, draft, rule, _S.PENDING_REVIEW, review=Review("hash"))
        parts = (Content("Hi"), Target())
        assert self.store.create(SeriesChange(series, *parts, frozen=("hash", *parts)))

    def _services(self) -> None:
        around, clock, parts = self.stage.membrane.around, self.stage.clock, self.parts
        campaigns, store, tenants = around("campaigns", self.campaigns), around("series", self.store), self.tenants
        broadcasts = BroadcastQuota(Quotas(around("quotas", self.quotas), tenants, clock))
        starts = around("campaign schedules", _Schedules(self, "campaign", self._campaign_fires))
        wakes = around("series schedules", _Schedules(self, "series", self._series_wakes))
        waking = SeriesWaking(Revisits(wakes, clock), clock)
        senders = FromAddresses(_Directory(), tenants)
        self.runs: Any = parts.runs(store, campaigns, waking, starts, senders, broadcasts, clock)
        contents = CampaignContents(MemoryTemplates(), tenants, _Directory(), ContentChecks(_NoTrial()))
        targets, nobody = Targets(MemorySegments(), campaigns), InFlightCount(MemoryLedger())
        scheduling = CampaignScheduling(campaigns, starts, targets, OPEN, broadcasts, clock)
        cancelling = CampaignStopping(campaigns, self, nobody, clock, broadcasts)
        directory = SeriesDirectory(store, campaigns, clock)
        self.stopping: Any = parts.stopping(store, directory, waking, scheduling, cancelling, broadcasts, clock)
        starting = SeriesStarting(store, waking, self.stopping, self.runs, clock)
        holds = SegmentHolds(MemoryJobs(), segment_uses(campaigns, store), clock, CountingIds("h"))
        self.review = SeriesReview(store, directory, Freezer(contents, targets, holds), starting, OPEN, clock)
        self.firing: Any = parts.firing(campaigns, broadcasts, clock)
        self.series_checks: Any = parts.checks(store, self.runs, clock)
        self.checks = ScheduleChecks(campaigns, self.firing, self, clock)
        self._settling = BroadcastQuota(Quotas(self.quotas, tenants, clock))

    def start(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        """The CampaignRuns port: a run takes charge, in one step; what it does then is simulated elsewhere."""
        campaign = self.campaigns.get(tenant_id, campaign_id)
        if campaign is None or campaign.version != epoch or campaign.epoch:
            return
        now = self.stage.scheduler.now
        move = take_charge(campaign, epoch, by="system", at=now)
        assert self.campaigns.save(CampaignChange(campaign, moves=[move]))
        self._settling.settle(campaign)
        self.begun[str(campaign.scheduled_local)].append((now, campaign))

    def _series_wakes(self, payload: Mapping[str, Any]) -> None:
        series = (payload["tenant_id"], payload["series_id"], payload["epoch"])
        self._lambda("run_series", lambda: self.runs.run(*series))

    def _campaign_fires(self, payload: Mapping[str, Any]) -> None:
        def fire() -> None:
            epoch = self.firing.fire(**payload)
            if epoch is not None:
                self.start(payload["tenant_id"], payload["campaign_id"], epoch)

        self._lambda("fire", fire)

    def _lambda(self, label: str, body: Callable[[], Any]) -> None:
        """An asynchronous invocation: repeated twice, a minute and two minutes later."""

        def live() -> None:
            for wait in (_MINUTE, 2 * _MINUTE, 0):
                task = self.stage.scheduler.spawn(label, body, lasts_ms=60_000)
                try:
                    self.stage.scheduler.join(task)
                    return
                except Exception:
                    self.stage.scheduler.pause(wait)

        self.stage.scheduler.spawn(f"{label} invoked", live)

    def _look(self) -> None:
        """The tick of check_schedules, until nothing can be due any more."""

        def check() -> None:
            deadline = self.stage.clock.now() + 50_000
            try:
                self.checks.check(deadline)
            finally:
                self.series_checks.check(deadline)

        self.stage.scheduler.spawn("check_schedules", check, lasts_ms=60_000)
        if self.stage.scheduler.now < START + 7 * _DAY:
            self.stage.scheduler.after(_CHECKED_EVERY_MS, self._look)

    def _press_all(self) -> None:
        scheduler = self.stage.scheduler
        for press in self.presses:
            scheduler.pause(max(0, self._instant_of(press) - scheduler.now))
            press.began = scheduler.now
            answer = insist(scheduler, f"api {press.name}", self._button(press.name), 12)
            # Who was not answered and asks again is told that it was done before.
            press.answered = None if answer is None else scheduler.now
            if isinstance(answer, ConflictError) and press.name == "pause":
                press.answered = None

    def _instant_of(self, press: Press) -> int:
        wakes = [one for one in self.wakes if one > self.stage.scheduler.now]
        return START + press.at if press.racing is None or not wakes else min(wakes) + press.racing

    def _button(self, name: str) -> Callable[[], Any]:
        if name == "approve":
            return lambda: self.review.approve(TENANT, SERIES, "ben", "hash")
        service = self.stopping if name == "pause" else self.review
        return lambda: getattr(service, name)(TENANT, SERIES, "ben")

    def judged(self) -> SeriesRun:
        """What must hold in the end."""
        series = self.store.get(TENANT, SERIES)
        skips = [str(one.reason) for one in self.store.history(TENANT, SERIES) if one.action == "skip"]
        self.result.status, self.result.skipped = series.status, len(skips)
        self.result.begun = sum(map(len, self.begun.values()))
        if series.status is _S.ACTIVE:
            self.stage.violated("it is active for ever")
        for local, runs in self.begun.items():
            self._once(local, runs)
        for occurrence in series.occurrences():
            wanted = occurrence.starts_at > (self.presses[0].answered or START)
            if wanted and not self.begun[occurrence.local] and not skips and not self._is_excused(occurrence.starts_at):
                self.stage.violated(f"the occurrence {occurrence.local} got no campaign")
        self._units()
        return self.result

    def _once(self, local: str, runs: list[tuple[int, Campaign]]) -> None:
        if len(runs) > 1:
            self.stage.violated(f"{len(runs)} campaigns went out for {local}")
        for at, campaign in runs:
            if at < (campaign.scheduled_at or 0):
                self.stage.violated("a campaign went out before its time")
            if any(began < at < ended for began, ended in self._pauses()):
                self.stage.violated("a campaign went out while the series was paused")

    def _pauses(self) -> list[tuple[int, int]]:
        """From when a pause was answered until somebody resumed."""
        found, since = [], None
        for press in self.presses:
            if press.name == "pause":
                since = press.answered
            elif press.name == "resume" and since is not None:
                found.append((since, press.began))
                since = None
        return [*found, (since, START + LONGEST_MS)] if since is not None else found

    def _is_excused(self, due: int) -> bool:
        """True for an occurrence during a pause, or so shortly before it that its campaign was late."""
        since = None
        for press in self.presses:
            if press.name == "pause":
                since = press.began
            elif press.name == "resume" and since is not None:
                if press.answered is None or since - 3 * _HOUR <= due <= press.answered:
                    return True
                since = None
        return since is not None and due >= since - 3 * _HOUR

    def _units(self) -> None:
        use = Quotas(self.quotas, self.tenants, self.stage.clock).usage(TENANT)
        broadcasts = next(one for one in use.features if one.feature is Feature.BROADCASTS)
        # Whoever dies about to make a campaign that is stopped right then leaves the rest to the campaign's schedule.
        unmade = [one for one in self.unfired if self.campaigns.get(TENANT, one.rpartition("-")[0]) is None]
        if broadcasts.used != self.result.begun or broadcasts.reserved > len(unmade):
            self.stage.violated(f"{broadcasts.used} broadcasts are used and {broadcasts.reserved} reserved")


class _Schedules:
    """EventBridge Scheduler: fires within a minute, sometimes twice, sometimes hours late; at worst never."""

    def __init__(self, world: _World, kind: str, fires: Callable[[Mapping[str, Any]], None]) -> None:
        self._world, self._kind, self._fires = world, kind, fires
        # By name, until it fires; whoever deletes it before keeps it from firing.
        self._waiting: dict[str, object] = {}
        self._deleted: set[object] = set()
        self._instants: list[int] = world.wakes if kind == "series" else []

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        """See OneTimeSchedules."""
        if name in self._waiting:
            return
        made = self._waiting[name] = object()
        chance, scheduler = self._world.stage.chance, self._world.stage.scheduler
        if self._world.is_outage or chance.happens(f"never {self._kind} {name}", 0.1):
            if self._kind == "campaign":
                self._world.unfired.append(name)
            return
        for time in range(2 if chance.happens(f"twice {name}", 0.3) else 1):
            late = 2 * _HOUR if chance.happens(f"late {time} {name}", 0.1) else 0
            delay = chance.between(f"{time} {name}", 0, _MINUTE) + late
            instant = max(scheduler.now, at) + int(delay)
            self._instants.append(instant)
            scheduler.at(instant, lambda: self._fire(name, made, payload))

    def delete(self, name: str) -> None:
        """See OneTimeSchedules."""
        self._deleted.add(self._waiting.pop(name, None))

    def _fire(self, name: str, made: object, payload: Mapping[str, Any]) -> None:
        if made not in self._deleted:
            if self._waiting.get(name) is made:
                del self._waiting[name]
            self._fires(payload)


class _Directory:
    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        return True


class _NoTrial:
    def check(self, content: Any, members: Any = ()) -> list[Any]:
        return []


def _presses(random: Random) -> list[Press]:
    """Approved at once; half of them are paused and most of these resumed, often while something is due."""
    presses = [Press("approve", random.choice((0, 40 * _SECOND)))]
    if random.random() < 0.6:
        # When campaigns are made (22:00, of the second day's), when they go out (18:00), and in between.
        at = random.choice((20 * _SECOND, 9 * _HOUR, 13 * _HOUR, 20 * _HOUR, 33 * _HOUR, 37 * _HOUR))
        at += random.choice((-2, 0, 1, 10, 30, 40, 60)) * _SECOND + random.randrange(2_000)
        racing = random.choice((None, None, random.randrange(300), random.randrange(40 * _SECOND)))
        presses.append(Press("pause", max(_MINUTE, at), racing))
        if random.random() < 0.7:
            presses.append(
                Press("resume", presses[-1].at + random.choice((30 * _SECOND, _HOUR, 30 * _HOUR)) + 40 * _SECOND)
            )
    return presses
