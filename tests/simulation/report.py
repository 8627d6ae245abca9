"""What many runs add up to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .engine import Parts
from .mutants import MUTANTS
from .run import Outcome, simulate
from .scenario import Scenario, hard_weather

RESULTS = Path(__file__).parents[2] / "build/simulation.json"
SEEDS_FOR_MUTANTS = 200


@dataclass
class Tally:
    """Sums over runs; `lost` and `doubled` are of members, `failures` the runs in which something was violated."""

    runs: int = 0
    recipients: int = 0
    lost: int = 0
    doubled: int = 0
    violations: int = 0
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome], progress: Callable[[], None] = lambda: None) -> Tally:
        """Counts them all."""
        for outcome in outcomes:
            self.runs += 1
            self.recipients += outcome.verdict.recipients
            self.lost += outcome.verdict.lost
            self.doubled += outcome.verdict.doubled
            self.violations += len(outcome.verdict.violations)
            if outcome.failed:
                self.failures.append(outcome)
            progress()
        return self


def caught_by(mutant: type[Parts], scenario: Callable[[int], Scenario] = hard_weather) -> int | None:
    """The first seed whose run tells the wrong variant from the right one; None when none does."""
    for seed in range(SEEDS_FOR_MUTANTS):
        if simulate(scenario(seed), parts=mutant).failed:
            return seed
    return None


def write(tally: Tally, storm: Tally, mutants_caught: int | None) -> None:
    """The figures for scripts; what was not measured is absent. `storm` are runs at 1 % faults and 1e-4 event loss."""
    figures: dict[str, float] = {
        "runs": tally.runs + storm.runs,
        "recipients": tally.recipients + storm.recipients,
        "lost": tally.lost + storm.lost,
        "doubled": tally.doubled + storm.doubled,
        "violations": tally.violations + storm.violations,
    }
    if storm.recipients:
        figures["doubled_per_million"] = round(storm.doubled * 1e6 / storm.recipients, 2)
        figures["storm_recipients"] = storm.recipients
    if mutants_caught is not None:
        figures |= {"mutants_caught": mutants_caught, "mutants": len(MUTANTS)}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
