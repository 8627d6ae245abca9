"""The whole engine, and a campaign that goes out by itself at its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.domain.tenants.plan import Feature
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import SendCall
from ariia.services.campaigns.firing import CampaignFiring, ScheduleChecks
from ariia.services.campaigns.scheduling import CampaignScheduling
from tests.builders import TENANT
from tests.simulation.run import adjusted, storm
from tests.simulation.scenario import LATEST_MS, Scenario
from tests.simulation.verdict import Judge
from tests.simulation.world.engine import CAMPAIGN, Engine, Parts
from tests.simulation.world.events import EventHabits
from tests.simulation.world.faults import FaultPlan
from tests.simulation.world.gate import OPEN
from tests.simulation.world.operators import OVER
from tests.simulation.world.provider import ProviderHabits
from tests.simulation.world.queues import QueueHabits
from tests.simulation.world.scheduler import START
from tests.simulation.world.stage import insist
from tests.simulation.world.watch import Watch

LONGEST_MS = 48 * 3_600_000
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
_CHECKED_EVERY_MS = 5 * _MINUTE
_S = CampaignStatus


class ScheduleParts(Parts):
    """The right ones."""

    scheduling: type = CampaignScheduling
    firing: type = CampaignFiring


@dataclass(frozen=True)
class Plan:
    """What happens to the campaign: when it is due, who presses which button when (ms), how late its schedules
    fire; in an outage nobody looks for what is due in the meantime either."""

    due_at: int
    presses: tuple[tuple[str, int], ...]
    misfire: Misfire
    late_ms: int
    is_outage: bool


@dataclass
class ScheduledRun:
    """A run's result."""

    seed: int
    plan: Plan
    violations: list[str] = field(default_factory=list)
    status: str = ""
    sent: int = 0


def play(seed: int, parts: type[ScheduleParts] = ScheduleParts) -> ScheduledRun:
    """Plays one scheduled campaign to its end."""
    scenario = _weather(seed)
    with adjusted(scenario, parts):
        world = ScheduledWorld(scenario, storm(scenario), parts())
        try:
            came_to_rest = world.scheduler.run(START + LONGEST_MS)
            return world.judged(came_to_rest=came_to_rest)
        finally:
            world.scheduler.close()


class ScheduledWorld(Engine):
    """`answers` say of the buttons, in their order, whether it was done; None = nobody was told."""

    def __init__(self, scenario: Scenario, plan: FaultPlan, parts: ScheduleParts) -> None:
        super().__init__(scenario, plan, parts)
        self.plan_of_it = _plan(Random(f"plan-{scenario.seed}"))
        self.result = ScheduledRun(scenario.seed, self.plan_of_it)
        self.answers: list[tuple[str, bool | None]] = []
        self._make_due()
        self.watch = Watch(self)
        self.watch.violations = self.result.violations
        begins = self.provider.on_begin
        self.provider.on_begin = lambda call: (begins(call), self._call_begins(call))[0]
        around = self.membrane.around
        campaigns, runs = around("campaigns", self.campaigns), around("runs", self.executions)
        self.schedules = _Schedules(self)
        schedules = around("schedules", self.schedules)
        self.scheduling: Any = parts.scheduling(campaigns, schedules, self.targets, OPEN, self.broadcasts, self.clock)
        self.firing: Any = parts.firing(campaigns, self.broadcasts, self.clock)
        self._checks = ScheduleChecks(campaigns, self.firing, runs, self.clock)
        self.scheduler.spawn("people", self._press_all)
        outage = self.plan_of_it.due_at + self.plan_of_it.late_ms if self.plan_of_it.is_outage else 0
        self.scheduler.after(outage + _CHECKED_EVERY_MS, self._check)

    def fire(self, payload: Mapping[str, Any]) -> None:
        """A schedule fires: the first states of the state machine."""
        self.scheduler.spawn("schedule fires", lambda: self._fire(payload["schedule_epoch"]))

    def _fire(self, schedule_epoch: int) -> None:
        fire = lambda: self.firing.fire(TENANT, CAMPAIGN, schedule_epoch)  # noqa: E731
        try:
            epoch = self.executions.invoke("fire", 330_000, fire)
        except Exception:
            return  # Nothing catches this; the next look at what is due finds it.
        if epoch is not None:
            self.executions.start(TENANT, CAMPAIGN, epoch)

    def _make_due(self) -> None:
        campaign = self.stored()
        campaign.type, campaign.scheduled_at = CampaignType.SCHEDULED, START + self.plan_of_it.due_at
        campaign.misfire = self.plan_of_it.misfire
        assert self.campaigns.save(CampaignChange(campaign))

    def _press_all(self) -> None:
        for name, at in self.plan_of_it.presses:
            self.scheduler.pause(max(0, START + at - self.scheduler.now))
            press = lambda name=name: getattr(self.scheduling, name)(TENANT, CAMPAIGN, "somebody")  # noqa: E731
            answer = insist(self.scheduler, f"api {name}", press, 4, self.skew())
            self.answers.append((name, None if answer is None else isinstance(answer, Campaign)))

    def _check(self) -> None:
        """The tick of check_schedules, until nothing can be due any more."""
        deadline = lambda: self._checks.check(self.clock.now() + 50_000)  # noqa: E731
        self.scheduler.spawn("check_schedules", deadline, lasts_ms=60_000, skew=self.skew())
        if self.scheduler.now < START + 20 * _HOUR:
            self.scheduler.after(_CHECKED_EVERY_MS, self._check)

    def _call_begins(self, call: SendCall) -> None:
        if self.scheduler.now + self.scenario.skew_ms < START + self.plan_of_it.due_at:
            self.watch.violated("a message left before its time")

    def judged(self, *, came_to_rest: bool) -> ScheduledRun:
        """What must hold in the end."""
        campaign, found = self.stored(), self.watch
        self.result.status = campaign.status
        self.result.sent = sum(len(self.provider.truth.sent(one)) for one in self.provider.truth.taken)
        if not came_to_rest:
            found.violated("something still runs")
        if campaign.status in OVER and campaign.epoch:
            Judge(self, self.watch).judge(came_to_rest=came_to_rest)
        elif self.result.sent:
            found.violated(f"messages left, and the campaign is {campaign.status}")
        self._plan_of_the_tenant(campaign)
        self._as_answered(campaign)
        self._not_too_late(campaign)
        return self.result

    def _plan_of_the_tenant(self, campaign: Campaign) -> None:
        """One broadcast is used if a run began, none is reserved for what is not scheduled; unless somebody's request
        died halfway and was never made again, and its schedule never fired either."""
        use = next(one for one in self.usage().features if one.feature is Feature.BROADCASTS)
        is_unknown = None in [was_done for _, was_done in self.answers]
        if use.used != (1 if campaign.epoch else 0) or use.reserved > is_unknown:
            self.watch.violated(f"{use.used} broadcasts are used and {use.reserved} reserved, {campaign.status}")

    def _as_answered(self, campaign: Campaign) -> None:
        name, was_done = self.answers[-1] if self.answers else ("", False)
        missed = any(move.action == "misfire" for move in self.campaigns.history(TENANT, CAMPAIGN))
        if name == "unschedule" and was_done and self.result.sent:
            self.watch.violated("it went out after it was unscheduled")
        if name == "schedule" and was_done and not missed and campaign.status is not _S.SENT:
            self.watch.violated(f"it was scheduled, and is {campaign.status}")
        if campaign.status is _S.SCHEDULED:
            self.watch.violated("it is scheduled for ever")

    def _not_too_late(self, campaign: Campaign) -> None:
        """Whoever starts a run decides by the misfire policy; the start itself may take its minutes."""
        begun = min((one.at for rows in self.provider.truth.taken.values() for one in rows), default=None)
        due, misfire = START + self.plan_of_it.due_at, self.plan_of_it.misfire
        allowed = misfire.after_seconds * _SECOND + 30 * _MINUTE
        if begun is not None and misfire.policy is not MisfirePolicy.SEND and begun > due + allowed:
            self.watch.violated(f"it went out {(begun - due) // _MINUTE} minutes late, and was not to")


class _Schedules:
    """EventBridge Scheduler: fires within a minute, sometimes twice, sometimes hours late; at worst never."""

    def __init__(self, world: ScheduledWorld) -> None:
        self._world = world
        self._known: set[str] = set()

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        """See OneTimeSchedules."""
        if name in self._known:
            return
        self._known.add(name)
        chance, scheduler = self._world.chance, self._world.scheduler
        if chance.happens(f"never {name}", 0.1):
            return
        times = 2 if chance.happens(f"twice {name}", 0.3) else 1
        for time in range(times):
            delay = chance.between(f"{time} {name}", 0, _MINUTE) + self._world.plan_of_it.late_ms
            scheduler.at(max(scheduler.now, at) + int(delay), lambda: self._fires(name, payload))

    def delete(self, name: str) -> None:
        """See OneTimeSchedules."""
        self._known.discard(name)

    def _fires(self, name: str, payload: Mapping[str, Any]) -> None:
        if name in self._known:
            self._world.fire(payload)


def _plan(random: Random) -> Plan:
    due = random.choice((2 * _MINUTE, 10 * _MINUTE, _HOUR))
    early = random.choice((-5 * _SECOND, 0, 20 * _SECOND, 50 * _SECOND))
    presses: tuple[tuple[str, int], ...] = (("schedule", random.choice((0, _MINUTE))),)
    if random.random() < 0.5:
        presses += (("unschedule", max(_MINUTE, due + early)),)
        if random.random() < 0.5:
            presses += (("schedule", due - 30 * _SECOND),) if due + early < due - 30 * _SECOND else ()
    elif random.random() < 0.3:
        presses += (("unschedule", 70 * _SECOND), ("schedule", 80 * _SECOND))
    misfire = Misfire(random.choice(tuple(MisfirePolicy)), random.choice((600, 3_600)))
    return Plan(due, presses, misfire, random.choice((0, 0, 0, 20 * _MINUTE, 3 * _HOUR)), random.random() < 0.5)


def _weather(seed: int) -> Scenario:
    random = Random(f"scheduled-{seed}")
    return Scenario(
        seed=seed,
        members=12,
        shards=2,
        rate=50.0,
        page_members=8,
        faults=random.choice((0.0, 0.005, 0.02)),
        slow=0.005,
        provider=ProviderHabits(unknown=random.choice((0.0, 0.1))),
        events=EventHabits(doubled=0.1, late=0.5, latest_ms=LATEST_MS),
        queue=QueueHabits(doubled=0.1, undeleted=0.05),
    )
