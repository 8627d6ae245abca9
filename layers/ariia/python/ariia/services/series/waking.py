"""What wakes a series up: one one-time schedule, made before the series says so, and a note beside it that finds the
series should the schedule never fire. A schedule that was made for nothing fires for nothing: only that of the series'
own epoch may act."""

from __future__ import annotations

from ariia.domain.series.series import Series
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules
from ariia.ports.series import SeriesNote

# The schedule is made before the record: it must not fire before the request that makes both is over (API: 29 s).
SOONEST_MS = 30_000
# EventBridge Scheduler fires within 60 s; what has not woken up so long after its time is looked at.
_CHECK_AFTER_MS = 180_000


class SeriesWaking:
    """Makes and removes the schedule of a series."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def arrange(self, series: Series) -> SeriesNote:
        """Lets the series wake up at its `wake_at`; the note is to be saved with it."""
        at = max(series.wake_at or 0, self._clock.now() + SOONEST_MS)
        payload = {"tenant_id": series.tenant_id, "series_id": series.id, "epoch": series.epoch}
        self._schedules.create(_name(series), at, payload)
        return SeriesNote(at + _CHECK_AFTER_MS, series.tenant_id, series.id, series.epoch)

    def cancel(self, series: Series) -> None:
        """Removes the schedule that was made for `series` as it is; one that is gone stays gone."""
        if series.wake_at is not None:
            self._schedules.delete(_name(series))


def _name(series: Series) -> str:
    """The same for the same epoch and second."""
    return f"{series.id}-{series.epoch}-{(series.wake_at or 0) // 1000}"
