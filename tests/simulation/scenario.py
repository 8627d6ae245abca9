"""What one run is about: the audience, the weather, and who presses which button when. A seed gives all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from ariia.domain.ledger.status import CampaignStatus
from tests.simulation.world.audiences import AUDIENCES
from tests.simulation.world.clocks import CLOCKS
from tests.simulation.world.events import EventHabits
from tests.simulation.world.provider import ProviderHabits
from tests.simulation.world.queues import QueueHabits

LEASE_MS, GRACE_MS = 120_000, 360_000
# The latest that an event arrives where nobody may get a message twice: the grace, less a minute for SQS's counts.
LATEST_MS = GRACE_MS - 70_000
_MINUTE = 60_000
OVER = (CampaignStatus.SENT, CampaignStatus.FAILED, CampaignStatus.CANCELLED)


@dataclass(frozen=True)
class Action:
    """A button pressed `at` milliseconds after the start; `member` who unsubscribes or moves to another zone."""

    name: str
    at: int
    member: int = 0


@dataclass(frozen=True)
class Scenario:
    """One run. `is_guarded`: every event arrives within the grace, so that nobody may get a message twice."""

    seed: int
    members: int = 60
    shards: int = 3
    rate: float = 50.0
    page_members: int = 15
    page_summaries: int = 4
    shared: float = 0.0
    refusing: float = 0.0
    audience: str = "everybody"
    clocks: str = "none"
    hold_unknown: bool = False
    plan_ms: int = 240_000
    most_rounds: int = 1_000
    most_steps: int = 300_000
    concurrency: int = 4
    skew_ms: int = 2_000
    window_ms: int | None = None
    faults: float = 0.0
    slow: float = 0.0
    # Other campaigns' events, one each so many milliseconds until this campaign is over; 0 = none.
    foreign_ms: int = 0
    # Invocations of the recorder that crash between its note and its work, of those that have any.
    recorders_crash: float = 0.0
    is_guarded: bool = True
    provider: ProviderHabits = field(default_factory=ProviderHabits)
    events: EventHabits = field(default_factory=EventHabits)
    queue: QueueHabits = field(default_factory=QueueHabits)
    replayed: float = 0.0
    actions: tuple[Action, ...] = ()
    # When (ms after the start) a counter is damaged, and recounted from then on until it is right.
    recount_at: int | None = None


def random_scenario(seed: int) -> Scenario:
    """Any weather; about one run in four is not guarded, as events get lost or come too late."""
    random = Random(f"scenario-{seed}")
    is_guarded = random.random() < 0.75
    members = random.choice((5, 12, 30, 60, 120))
    stormy = random.choice((0.0, 0.001, 0.003, 0.01, 0.01))
    actions = _actions(random, members)
    audience = Random(f"audience-{seed}").choice(("everybody", "everybody", *AUDIENCES))
    clocks = Random(f"clocks-{seed}").choice(("none",) * len(CLOCKS) + tuple(CLOCKS))
    window_ms = random.choice((None, None, None, None, _MINUTE // 3, 5 * _MINUTE))
    return Scenario(
        seed=seed,
        members=members,
        shards=random.choice((1, 2, 3, 4)),
        rate=random.choice((1.5, 5.0, 14.0, 50.0, 500.0)) if members <= 30 else random.choice((5.0, 14.0, 50.0, 500.0)),
        page_members=random.choice((4, 15, 40, 2_000)),
        # A campaign that waits for hours goes through its rows again and again.
        page_summaries=random.choice((1, 3, 500)) if clocks == "none" else 500,
        shared=random.choice((0.0, 0.0, 0.3)),
        refusing=random.choice((0.0, 0.1)),
        audience=audience,
        clocks=clocks,
        hold_unknown=random.random() < 0.1,
        # Reopening starts over when its time is up, so a few milliseconds would never do for it.
        plan_ms=240_000 if any(one.name == "retry" for one in actions) else random.choice((240_000, 20, 60)),
        most_rounds=random.choice((1_000, 1_000, 3, 8)) if clocks == "none" else random.choice((1_000, 40)),
        concurrency=random.choice((2, 4, 20)),
        window_ms=window_ms if clocks == "none" else None,
        faults=stormy,
        slow=random.choice((0.0, stormy / 2, stormy)),
        is_guarded=is_guarded,
        provider=_provider(random),
        events=_events(random, is_guarded),
        queue=QueueHabits(doubled=random.choice((0.0, 0.05)), undeleted=random.choice((0.0, 0.02))),
        replayed=random.choice((0.0, 0.1)),
        actions=actions,
        recount_at=_moment(recounts) if (recounts := Random(f"recount-{seed}")).random() < 0.3 else None,
    )


def hard_weather(seed: int) -> Scenario:
    """A small guarded campaign with something of everything, for telling wrong variants from the right one."""
    random = Random(f"hard-{seed}")
    buttons = ("pause", "resume", "pause", "retry", "unsubscribe", "unsubscribe", "unsubscribe", "move", "move", "move")
    return Scenario(
        seed=seed,
        members=30,
        shards=2,
        rate=random.choice((5.0, 50.0)),
        page_members=8,
        shared=0.3 if seed % 3 == 0 else 0.0,
        audience=("everybody", "everybody", "everybody", *AUDIENCES)[seed % (3 + len(AUDIENCES))],
        clocks=("none", "none", *CLOCKS)[seed % (2 + len(CLOCKS))],
        faults=(0.004, 0.02)[seed % 2],
        slow=0.01,
        provider=ProviderHabits(entry_throttled=0.05, entry_refused=0.05, unknown=0.15),
        events=EventHabits(doubled=0.1, late=0.5, latest_ms=LATEST_MS),
        queue=QueueHabits(doubled=0.1, undeleted=0.05),
        replayed=0.1,
        actions=tuple(Action(name, int(100 * 100 ** random.random()), random.randrange(30)) for name in buttons),
    )


def recounted(seed: int) -> Scenario:
    """The same, whose counters are damaged and recounted while it is sending or a little later."""
    return replace(hard_weather(seed), recount_at=_moment(Random(f"recount-{seed}")))


def busy_account(seed: int) -> Scenario:
    """Other campaigns' events never end, so that the queue is never empty; recorders crash now and then."""
    random = Random(f"busy-{seed}")
    return Scenario(
        seed=seed,
        members=20,
        shards=2,
        rate=random.choice((5.0, 50.0)),
        page_members=8,
        most_steps=100_000,
        faults=random.choice((0.001, 0.004)),
        slow=0.002,
        foreign_ms=random.choice((300, 500)),
        recorders_crash=random.choice((0.0, 0.3, 0.6)),
        provider=ProviderHabits(rejected=0.05, unknown=0.5),
        events=EventHabits(doubled=0.1, late=0.8, latest_ms=LATEST_MS, delivered=0.3),
        queue=QueueHabits(doubled=0.05, undeleted=0.01, most_receives=100),
        replayed=0.1,
    )


def failing_recorders(seed: int) -> Scenario:
    """Most recorders crash, so that many events are given up; they are sent back half an hour later."""
    busy = busy_account(seed)
    return replace(busy, foreign_ms=0, recorders_crash=0.6, queue=replace(busy.queue, most_receives=3))


def stated_storm(seed: int) -> Scenario:
    """The rates for which a bound on doubles is stated: each fault at 1 % of all calls, events lost at 1e-4."""
    return Scenario(
        seed=seed,
        members=200,
        shards=2,
        rate=500.0,
        page_members=60,
        page_summaries=500,
        faults=0.01,
        is_guarded=False,
        events=EventHabits(lost=1e-4, doubled=0.01, late=0.05, latest_ms=LATEST_MS),
        queue=QueueHabits(doubled=0.001),
    )


def _provider(random: Random) -> ProviderHabits:
    start = random.randrange(1_000, 20 * _MINUTE)
    return ProviderHabits(
        call_throttled=random.choice((0.0, 0.0, 0.1)),
        entry_throttled=random.choice((0.0, 0.0, 0.05)),
        entry_refused=random.choice((0.0, 0.02)),
        poison=random.choice((0.0, 0.0, 0.05)),
        rejected=random.choice((0.0, 0.0, 0.05)),
        unknown=random.choice((0.0, 0.0, 0.1)),
        suspensions=((start, start + random.randrange(_MINUTE, 10 * _MINUTE)),) if random.random() < 0.15 else (),
    )


def _events(random: Random, is_guarded: bool) -> EventHabits:
    return EventHabits(
        lost=0.0 if is_guarded else random.choice((0.0001, 0.01, 0.1, 0.3)),
        doubled=random.choice((0.0, 0.1)),
        late=random.choice((0.0, 0.1, 0.5)),
        latest_ms=LATEST_MS if is_guarded else 10 * GRACE_MS,
        complained=random.choice((0.0, 0.02)),
    )


def _actions(random: Random, members: int) -> tuple[Action, ...]:
    names = random.choice(
        ((), (), ("pause",), ("cancel",), ("pause", "cancel"), ("pause", "resume", "pause"), ("retry",))
    )
    some = [Action(name, _moment(random)) for name in names]
    if random.random() < 0.3:
        some += [Action("unsubscribe", _moment(random), random.randrange(members)) for _ in range(3)]
    if random.random() < 0.3:
        some += [Action("move", _moment(random), random.randrange(members)) for _ in range(4)]
    return tuple(sorted(some, key=lambda one: one.at))


def _moment(random: Random) -> int:
    """Between a tenth of a second and half an hour, the early ones as often as the late."""
    return int(100 * 18_000 ** random.random())
