"""A recount: what the counters of a campaign are held against, and how far the work is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ariia.domain.statistics.counts import ERASED, LANES, WAITS, Counts, add, difference

# Three attempts of one invocation each, with Lambda's pauses between them, are over by then.
NO_SIGN_OF_LIFE_MS = 30 * 60_000
KIND = "recount"


class RecountStatus(StrEnum):
    """How far a recount is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RecountFailure(StrEnum):
    """Why a recount came to nothing; the counters are as they were."""

    COUNTERS_MOVED = "counters_moved"
    STREAM_BEHIND = "stream_behind"
    STOPPED = "stopped"


@dataclass
class Recount:
    """The latest recount of a campaign. `run` tells it from earlier ones; instants are epoch ms. `passes` is how often
    the ledger was read, `corrected` what was added to the totals by fact, and `counters` how many counters were
    corrected in all."""

    run: str
    requested_at: int
    requested_by: str
    status: RecountStatus = RecountStatus.WAITING
    touched_at: int = 0
    finished_at: int | None = None
    passes: int = 0
    corrected: dict[str, int] = field(default_factory=dict)
    counters: int = 0
    failure: RecountFailure | None = None

    @property
    def is_over(self) -> bool:
        """True when nothing works on it any more."""
        return self.status in (RecountStatus.DONE, RecountStatus.FAILED)

    def end(self, at: int, failure: RecountFailure | None = None) -> None:
        """Ends it."""
        self.status = RecountStatus.FAILED if failure else RecountStatus.DONE
        self.finished_at, self.failure = at, failure

    def note(self, correction: Counts) -> None:
        """Adds what was corrected."""
        self.counters += len(correction)
        for (group, fact), amount in correction.items():
            if group.startswith(LANES) and not fact.startswith(WAITS):
                self.corrected[fact] = self.corrected.get(fact, 0) + amount
        self.corrected = {fact: amount for fact, amount in sorted(self.corrected.items()) if amount}


def correction(ledger: Counts, counters: Mapping[tuple[str, str], int]) -> Counts:
    """What is to be added to the counters so that they say what the ledger says, and what receipts of erased members
    had said when they went."""
    right = dict(ledger)
    add(right, {(group.removeprefix(ERASED), fact): n for (group, fact), n in counters.items() if _is_erased(group)})
    return difference(right, {key: count for key, count in counters.items() if not _is_erased(key[0])})


def _is_erased(group: str) -> bool:
    return group.startswith(ERASED)
