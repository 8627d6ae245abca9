"""Gates: what is asked before a round releases more of a campaign. Each may pause it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.pause_cause import PauseCause
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.release.round_state import Cursors, RoundReport, only_fails
from ariia.services.release.settling import BatchSettler


@dataclass(frozen=True)
class Paused:
    """Why a gate paused the campaign just now, in words, and for which cause."""

    reason: str
    cause: PauseCause


class ReleaseGate(Protocol):
    """Looks at a campaign in every round, before anything more is released. A round is due whenever messages may leave,
    and without one at most two minutes' worth of them is queued."""

    def look(self, dispatch: Dispatch, cursors: Cursors, tally: RoundReport) -> Paused | None:
        """What it did; None when the campaign may go on. TransientError: the round is repeated."""
        ...


class ContentGate(ReleaseGate):
    """Pauses a campaign whose first messages all fail: that is its content's fault and not its members'."""

    def __init__(self, runs: CampaignRuns, settler: BatchSettler) -> None:
        self._runs, self._settler = runs, settler

    def look(self, dispatch: Dispatch, cursors: Cursors, tally: RoundReport) -> Paused | None:
        if not only_fails(dispatch, tally):
            return None
        words = f"all of the first {tally.failed} messages failed: {self._settler.words_of(tally.failed_in)}"
        paused = self._runs.pause(dispatch, words, cause=PauseCause.CONTENT)
        return Paused(words, PauseCause.CONTENT) if paused else None
