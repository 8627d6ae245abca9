"""Finds series that should have woken up and have not: a schedule deleted by hand, an outage, a step that failed."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.ports.clock import Clock
from ariia.ports.series import SeriesNote, SeriesNotes
from ariia.services.series.runs import SeriesRuns

_PAGE = 100


@dataclass
class SeriesReport:
    """What one look at the notes came to: notes read, notes that are settled, notes whose series could not go on; their
    faults come last, so that one series keeps no other waiting."""

    read: int = 0
    settled: int = 0
    failed: int = 0


class SeriesChecks:
    """Does what the schedules should have done."""

    def __init__(self, notes: SeriesNotes, runs: SeriesRuns, clock: Clock) -> None:
        self._notes, self._runs, self._clock = notes, runs, clock

    def check(self, deadline: int) -> SeriesReport:
        """Goes through all notes that are due, until `deadline` (epoch ms). A note stays until its series is seen to
        have gone on, so that this may be killed anywhere. Raises what the last series that failed raised."""
        report, after, fault = SeriesReport(), None, None
        while self._clock.now() < deadline:
            found = self._notes.due(self._clock.now(), after, _PAGE)
            for note in found:
                fault = self._look(note, report) or fault
                after = note
            if len(found) < _PAGE:
                break
        if fault is not None:
            raise fault
        return report

    def _look(self, note: SeriesNote, report: SeriesReport) -> Exception | None:
        report.read += 1
        try:
            self._runs.run(note.tenant_id, note.series_id, note.epoch)
        except Exception as fault:
            report.failed += 1
            return fault
        # It did what was due, and left a note about what comes next.
        self._notes.drop(note)
        report.settled += 1
        return None
