"""One tenant whose campaigns race for the units of its plan, and what must hold of their number."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from ariia.domain.errors import LimitError
from ariia.domain.tenants.plan import Feature, Plan, limit_of
from ariia.domain.tenants.quota import month_of
from ariia.domain.tenants.tenant import Tenant
from ariia.services.tenants.quotas import Quotas
from tests.builders import TENANT
from tests.doubles.quotas import MemoryQuotas
from tests.doubles.tenants import MemoryTenants
from tests.simulation.world.faults import Chance, FaultPlan, RandomFaults
from tests.simulation.world.scheduler import START
from tests.simulation.world.stage import Stage, insist

LONGEST_MS = 24 * 3_600_000
ZONE = "Europe/Berlin"
_MINUTE = 60_000
_FEATURE = Feature.BROADCASTS


class QuotaParts:
    """The right ones. `violates` is what must be said of a wrong variant."""

    quotas: type = Quotas
    store: type = MemoryQuotas
    violates: str = ""


@dataclass
class _Life:
    """What becomes of one campaign: it is sent, or cancelled, or both at a time, or left as it is."""

    key: str
    at: int
    presses: int
    end: str
    granted: bool = False
    refused: bool = False
    unknown: bool = False
    answered: int = 0
    settled: bool = False
    is_ending: bool = False


@dataclass
class QuotaRun:
    """A run's result."""

    seed: int
    violations: list[str]
    lives: list[_Life] = field(default_factory=list)
    taken: int = 0
    used: int = 0


def play(seed: int, parts: type[QuotaParts] = QuotaParts, faults: float | None = None) -> QuotaRun:
    """Plays a few campaigns of a tenant with room for one (starter) or ten (professional)."""
    race = _Race(seed, parts, faults)
    try:
        if not race.stage.scheduler.run(START + LONGEST_MS):
            race.stage.violated("something still runs")
        race.judge()
    finally:
        race.stage.scheduler.close()
    return race.result


class _Race:
    def __init__(self, seed: int, parts: type[QuotaParts], faults: float | None) -> None:
        random = Random(f"quotas-{seed}")
        rate = random.choice((0.0, 0.01, 0.05)) if faults is None else faults
        plan: FaultPlan = RandomFaults(Chance(seed), rate, rate / 2)
        self.stage = Stage(seed, plan)
        self._plan = random.choice((Plan.STARTER, Plan.STARTER, Plan.PROFESSIONAL))
        self._limit = limit_of(self._plan, _FEATURE) or 0
        tenants = MemoryTenants()
        tenants.create(Tenant(TENANT, "Studio", plan=self._plan, timezone=ZONE))
        around = self.stage.membrane.around
        self._store: Any = parts.store()
        self._quotas = parts.quotas(around("quotas", self._store), around("tenants", tenants), self.stage.clock)
        self._month = month_of(START, ZONE)
        self._lives = [_life(random, number) for number in range(random.randrange(2, self._limit + 5))]
        self.result = QuotaRun(seed, self.stage.violations, self._lives)
        self.stage.scheduler.on_step = self._look
        for life in self._lives:
            self.stage.scheduler.after(life.at, lambda life=life: self._begin(life))

    def _begin(self, life: _Life) -> None:
        for _ in range(life.presses):
            self.stage.scheduler.spawn(f"send {life.key}", lambda: self._send(life))

    def _send(self, life: _Life) -> None:
        """A client that presses the button, maybe twice at a time; the campaign runs once it was told yes."""
        answer = insist(self.stage.scheduler, "api reserve", self._bound("reserve", life), tries=4)
        life.answered += 1
        life.unknown = life.unknown or answer is None
        life.refused = life.refused or isinstance(answer, LimitError)
        life.granted = life.granted or answer is True
        if life.granted and life.answered == life.presses:
            for name in ("settle", "give_back"):
                if life.end in (name, "both"):
                    self.stage.scheduler.spawn(f"{name} {life.key}", lambda name=name: self._finish(life, name))

    def _finish(self, life: _Life, name: str) -> None:
        """A run settles until it is done, and now and then once more; so does whoever cancels."""
        self.stage.scheduler.pause(int(self.stage.chance.between(f"{name} {life.key}", 10, 5 * _MINUTE)))
        life.is_ending = True
        times = 2 if self.stage.chance.happens(f"twice {name} {life.key}", 0.3) else 1
        for _ in range(times):
            if insist(self.stage.scheduler, f"run {name}", self._bound(name, life), tries=30) is None:
                self.stage.violated(f"{name} never came through")
        life.settled = life.settled or name == "settle"

    def _bound(self, name: str, life: _Life) -> Any:
        def call() -> bool:
            getattr(self._quotas, name)(TENANT, _FEATURE, life.key, START + life.at)
            return True

        return call

    def _look(self) -> None:
        """At every moment: what was granted and not given back is within the plan, but for runs that went on though
        they were cancelled: what happened counts."""
        overtaken = sum(life.end == "both" for life in self._lives)
        taken = self._store.count(TENANT, _FEATURE, self._month).taken
        if taken > self._limit + overtaken:
            self.stage.violated(f"{taken} units are taken of {self._limit}")
        held = sum(life.granted and (life.end == "settle" or not life.is_ending) for life in self._lives)
        if held > self._limit:
            self.stage.violated(f"{held} campaigns were allowed of {self._limit}")

    def judge(self) -> None:
        """In the end: used is what was settled, and what is reserved waits for a campaign that was allowed."""
        count = self._store.count(TENANT, _FEATURE, self._month)
        self.result.taken, self.result.used = count.taken, count.used
        settled = sum(life.settled for life in self._lives)
        if count.used != settled:
            self.stage.violated(f"{count.used} units are used, {settled} campaigns ran")
        waiting = sum(life.granted and life.end == "left" for life in self._lives)
        unknown = sum(life.unknown and not life.granted for life in self._lives)
        if not waiting <= count.reserved <= waiting + unknown:
            self.stage.violated(f"{count.reserved} units are reserved, {waiting} campaigns wait")
        if any(life.refused and life.granted for life in self._lives):
            self.stage.violated("a campaign was allowed and refused")


def _life(random: Random, number: int) -> _Life:
    end = random.choice(("settle", "settle", "give_back", "both", "left"))
    return _Life(f"c{number}", random.choice((0, 0, 5, 60_000)), random.choice((1, 1, 2)), end)
