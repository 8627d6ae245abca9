"""What many runs add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .run import Outcome

FIGURES = ("runs", "recipients", "lost", "doubled", "violations")
_KEPT_FAILURES = 20


@dataclass
class RoundReport:
    """Sums over runs; `lost` and `doubled` are of members. `failures` are the first of the runs in which something was
    violated."""

    runs: int = 0
    recipients: int = 0
    lost: int = 0
    doubled: int = 0
    violations: int = 0
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> RoundReport:
        """Counts them all."""
        for outcome in outcomes:
            self.runs += 1
            self.recipients += outcome.verdict.recipients
            self.lost += outcome.verdict.lost
            self.doubled += outcome.verdict.doubled
            self.violations += len(outcome.verdict.violations)
            if outcome.failed and len(self.failures) < _KEPT_FAILURES:
                self.failures.append(outcome)
        return self

    def merge(self, other: RoundReport) -> RoundReport:
        """Adds what another process counted."""
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failures = (self.failures + other.failures)[:_KEPT_FAILURES]
        return self

    @property
    def figures(self) -> Mapping[str, int]:
        """The sums by name."""
        return {name: getattr(self, name) for name in FIGURES}
