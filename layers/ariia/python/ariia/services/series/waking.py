"""What wakes a series up: a look, arranged before the series says so, and a note beside it that finds the series when
the look never starts. One that was arranged for nothing does nothing: only that of the series' own epoch may act."""

from __future__ import annotations

from ariia.domain.revisits import Revisit, RevisitKind
from ariia.domain.series.series import Series
from ariia.ports.clock import Clock
from ariia.ports.series import SeriesNote
from ariia.services.revisits import REQUEST_MS, Revisits

# EventBridge Scheduler fires within 60 s; what has not woken up so long after its time is looked at.
_CHECK_AFTER_MS = 180_000


class SeriesWaking:
    """Arranges the look that wakes a series up, and takes it back."""

    def __init__(self, revisits: Revisits, clock: Clock) -> None:
        self._revisits, self._clock = revisits, clock

    def arrange(self, series: Series) -> SeriesNote:
        """Lets the series wake up at its `wake_at`; the note is to be saved with it."""
        at = max(series.wake_at or 0, self._clock.now() + REQUEST_MS)
        self._revisits.arrange(_look(series), series.wake_at or 0, REQUEST_MS)
        return SeriesNote(at + _CHECK_AFTER_MS, series.tenant_id, series.id, series.epoch)

    def cancel(self, series: Series) -> None:
        """Takes back the look that was arranged for `series` as it is; no effect when it is gone."""
        if series.wake_at is not None:
            self._revisits.done(_look(series), series.wake_at)


def _look(series: Series) -> Revisit:
    facts = {"series_id": series.id, "epoch": series.epoch}
    return Revisit(RevisitKind.SERIES, series.tenant_id, f"{series.id}-{series.epoch}", facts)
