"""The engine's send path with single messages on it, each fired by a schedule and looked after until it is over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.rules.frequency_cap import DAY_MS, FrequencyCap, Overflow
from ariia.domain.single_messages import batch_of, sending
from ariia.domain.tenants.sending_rules import rules_of
from ariia.services.release.account_rate import AccountRate
from ariia.services.single_messages.messages import SingleMessages, Standing
from ariia.services.single_messages.settling import SingleSettler
from tests.builders import TENANT, any_content
from tests.doubles.sending import MemorySendRates
from tests.simulation.run import storm
from tests.simulation.scenario import LATEST_MS, Scenario
from tests.simulation.world.engine import Engine, Parts, _SendQueue
from tests.simulation.world.events import EventHabits
from tests.simulation.world.faults import FaultPlan
from tests.simulation.world.provider import ProviderHabits
from tests.simulation.world.queues import HIDDEN_MS, QueueHabits
from tests.simulation.world.scheduler import START
from tests.simulation.world.stage import insist

LONGEST_MS = 48 * 3_600_000
_TIMEOUT_MS, _MINUTE = 60_000, 60_000
_FIRES_AGAIN_MS = 5 * _MINUTE
# A cap may hold one back for a day, and it is looked at every minute.
_LOOKS_AT_MOST = 2_000


class SingleParts(Parts):
    """The right ones."""

    singles: type = SingleMessages
    single_settler: type = SingleSettler


@dataclass
class Message:
    """One single message: when its schedule fires (also more than once), who cancels it when, and until when it may
    leave. `won`: a cancel was told that it came in time."""

    name: str
    member: str
    fires: tuple[int, ...]
    cancels: tuple[int, ...]
    not_after: int | None
    won: bool = False


@dataclass
class SinglesRun:
    """A run's result."""

    seed: int
    messages: list[Message]
    violations: list[str] = field(default_factory=list)
    sent: int = 0
    states: list[str] = field(default_factory=list)


def weather(seed: int) -> Scenario:
    """Small, guarded (nobody may get a message twice), with something of everything."""
    random = Random(f"singles-{seed}")
    return Scenario(
        seed=seed,
        members=8,
        shards=2,
        rate=random.choice((5.0, 50.0)),
        refusing=random.choice((0.0, 0.2)),
        faults=random.choice((0.0, 0.005, 0.02)),
        slow=0.01,
        provider=ProviderHabits(entry_throttled=0.05, entry_refused=0.03, unknown=random.choice((0.0, 0.2))),
        events=EventHabits(doubled=0.1, late=0.5, latest_ms=LATEST_MS),
        queue=QueueHabits(doubled=0.1, undeleted=0.05),
    )


def play(seed: int, parts: type[SingleParts] = SingleParts) -> SinglesRun:
    """Plays one message for each of a few members."""
    scenario = weather(seed)
    world = SinglesWorld(scenario, storm(scenario), parts())
    try:
        came_to_rest = world.scheduler.run(START + LONGEST_MS)
        return world.judged(came_to_rest=came_to_rest)
    finally:
        world.scheduler.close()


class SinglesWorld(Engine):
    """Everything of the engine, but nobody sends its campaign."""

    def __init__(self, scenario: Scenario, plan: FaultPlan, parts: SingleParts) -> None:
        super().__init__(scenario, plan, parts)
        around = self.membrane.around
        campaigns, ledger = around("campaigns", self.campaigns), around("ledger", self.ledger)
        rate = AccountRate(
            around("rates", MemorySendRates()), {Channel.EMAIL: around("quota", self.provider)}, self.clock
        )
        queues = {Channel.EMAIL: _SendQueue(self.membrane, self.queue)}
        resolver = parts.resolver(
            campaigns, ledger, around("pipeline", self.pipeline), self.clock, parts.grace_ms, HIDDEN_MS
        )
        self.singles: Any = parts.singles(campaigns, ledger, queues, rate, self.clock, scenario.shards)
        tenants = around("tenants", self.tenants)
        self.settler: Any = parts.single_settler(self.singles, campaigns, ledger, resolver, tenants, self.clock)
        random = Random(f"messages-{scenario.seed}")
        self.cap = _cap(scenario.seed)
        self._choose_cap()
        each = 1 if self.cap is None else 3
        self.run = SinglesRun(scenario.seed, [_message(random, number, each) for number in range(scenario.members)])
        for message in self.run.messages:
            for at in message.fires:
                self.scheduler.after(at, lambda message=message: self._spawn("schedule", self._keep, message))
            for at in message.cancels:
                self.scheduler.after(at, lambda message=message: self._spawn("canceller", self._cancel, message))

    def _choose_cap(self) -> None:
        tenant = self.tenants.get(TENANT)
        assert tenant is not None
        tenant.settings = replace(tenant.settings, frequency_cap=self.cap)
        assert self.tenants.save(tenant, [])
        self.rules = rules_of(tenant)

    def _spawn(self, label: str, body: Any, message: Message) -> None:
        self.scheduler.spawn(f"{label} {message.member}", lambda: body(message))

    def _keep(self, message: Message) -> None:
        """A firing, and the looks after it: what a schedule and those that follow it do."""
        for _ in range(_LOOKS_AT_MOST):
            standing = insist(self.scheduler, "tend_messages", lambda: self._look_after(message), 3, self.skew())
            if isinstance(standing, Standing) and standing.is_over:
                return
            wake_at = getattr(standing, "wake_at", None)
            self.scheduler.pause(max(1_000, (wake_at or self.scheduler.now + _FIRES_AGAIN_MS) - self.scheduler.now))
        self.run.violations.append(f"{message.name} never ends")

    def _look_after(self, message: Message) -> Standing:
        try:
            return self.settler.settle(TENANT, self._container(message).id, [message.member])
        except NotFoundError:
            until = None if message.not_after is None else START + message.not_after
            self.singles.prepare(self._container(message), any_content(), [message.member], not_after=until)
            return self.settler.settle(TENANT, self._container(message).id, [message.member])

    def _cancel(self, message: Message) -> None:
        cancel = lambda: self.singles.cancel(self._container(message), message.member)  # noqa: E731
        standing = insist(self.scheduler, "api cancel", cancel, 4, self.skew())
        if isinstance(standing, Standing) and _is_cancelled(standing.entries[0]):
            message.won = True

    def judged(self, *, came_to_rest: bool) -> SinglesRun:
        """What must hold in the end."""
        if not came_to_rest:
            self.run.violations.append("something still runs")
        for message in self.run.messages:
            self._judge(message)
        if self.cap is not None:
            for member in {one.member for one in self.run.messages}:
                self._judge_cap(member, self.cap)
        return self.run

    def _judge_cap(self, member: str, cap: FrequencyCap) -> None:
        """Nobody gets more than the cap allows, by the provider's clock."""
        times = sorted(one.at for one in self.provider.truth.sent(member))
        most = cap.per_day or 0
        for first, beyond in zip(times, times[most:], strict=False):
            if beyond - first < DAY_MS:
                self.run.violations.append(f"{member} got more than {most} messages in a day")

    def _had_enough(self, message: Message) -> bool:
        """Whether the provider knows as many of the member's other messages as the cap allows. What a crash left noted
        without being sent counts too: then nobody can tell."""
        truth, scenario = self.provider.truth, self.scenario
        if self.cap is None or scenario.faults or scenario.provider.unknown:
            return self.cap is not None
        known = len(truth.taken.get(message.member, [])) + len(truth.refused.get(message.member, []))
        return known >= (self.cap.per_day or 0)

    def _container(self, message: Message) -> Campaign:
        one = container_id(DispatchKind.FOLLOW_UP, TENANT, message.name)
        return Campaign(id=one, tenant_id=TENANT, name="Follow-up", rules=self.rules)

    def _judge(self, message: Message) -> None:
        made = sending(
            self._container(message), shards=self.scenario.shards, not_before=None, not_after=None, now=START
        )
        batch = self.ledger.batch(batch_of(made, [message.member]).key)
        mine = [one for one in self.provider.truth.sent(message.member) if one.call.tags["campaign"] == made.id]
        state = batch.entries[0].state if batch else None
        self.run.sent += len(mine)
        self.run.states.append(f"{state} {batch.entries[0].detail if state is EntryState.EXCLUDED and batch else ''}")
        found = self.run.violations
        if _is_capped(batch) and not self._had_enough(message):
            found.append(f"{message.name} is left out as frequency_cap for no reason")
        if len(mine) > 1:
            found.append(f"{message.name} got it {len(mine)} times")
        if mine and message.won:
            found.append(f"{message.name} got it although its cancel was told to be in time")
        if state in (None, EntryState.PENDING):
            found.append(f"{message.name} is lost: {state}")
        elif bool(mine) != (state is EntryState.ACCEPTED):
            found.append(f"{message.name} is {state}, and {len(mine)} messages left")


def _cap(seed: int) -> FrequencyCap | None:
    return (
        None,
        None,
        FrequencyCap(per_day=1),
        FrequencyCap(per_day=2),
        FrequencyCap(per_day=1, overflow=Overflow.DEFER, defer_hours=30),
    )[seed % 5]


def _is_capped(batch: Batch | None) -> bool:
    return batch is not None and batch.entries[0].detail == str(ExclusionReason.FREQUENCY_CAP)


def _is_cancelled(entry: Entry) -> bool:
    return entry.state is EntryState.EXCLUDED and entry.detail == str(ExclusionReason.CANCELLED)


def _message(random: Random, number: int, each: int) -> Message:
    at = random.choice((0, 50, 5_000, 10 * _MINUTE))
    again = (at + random.choice((0, 1, 30, 3_000, 20 * _MINUTE)),) if random.random() < 0.5 else ()
    # Around the firing, and while it is under way.
    early = random.choice((-3_000, 0, 10, 100, 500, 2_000, 10 * _MINUTE))
    cancels = tuple(max(0, at + early + extra) for extra in (0, 40)[: random.choice((0, 0, 1, 2))])
    member = f"m{number // each:03d}"
    return Message(
        f"message-{number}", member, (at, *again), cancels, random.choice((None, None, None, at + 20 * _MINUTE))
    )
