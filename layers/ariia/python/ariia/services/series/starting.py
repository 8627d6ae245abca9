"""Starting a series, when it is approved or resumed: from the first occurrence that is still to come."""

from __future__ import annotations

from contextlib import suppress

from ariia.domain.campaigns.campaign import Move
from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.errors import TransientError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.series.recurrence import never
from ariia.domain.series.series import Series
from ariia.ports.clock import Clock
from ariia.ports.series import SeriesChange, SeriesStore
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.stopping import SeriesStopping
from ariia.services.series.waking import SeriesWaking


class SeriesStarting:
    """Lets a series run under an epoch of its own."""

    def __init__(
        self, store: SeriesStore, waking: SeriesWaking, stopping: SeriesStopping, runs: SeriesRuns, clock: Clock
    ) -> None:
        self._store, self._waking, self._stopping, self._runs, self._clock = store, waking, stopping, runs, clock

    def start(self, series: Series, move: Move) -> Series:
        """Saves the series as running since `move`; as it stands then: what is due soon is made at once. InvalidError
        when no occurrence is left; ConflictError when somebody else was faster."""
        now = self._clock.now()
        first = series.first_behind(max(now, self._settled_until(series, move.by)))
        if first is None:
            raise never(series.rule, "has no occurrence that is left")
        series.start(first, now)
        # The schedule first: after a crash before the save it fires for an epoch that never was.
        note = self._waking.arrange(series)
        if not self._store.save(SeriesChange(series, moves=[move], note=note)):
            raise changed_meanwhile()
        # Should this fail, the schedule does the same half a minute later.
        with suppress(TransientError):
            return self._runs.run(series.tenant_id, series.id, series.epoch) or series
        return series

    def _settled_until(self, series: Series, by: str) -> int:
        """The instant up to which occurrences had their campaign; one that was taken back is to be had again."""
        if series.made is None:
            return 0
        made = self._stopping.withdrawn(series, by, "the series was stopped")
        was_taken_back = series.made.withdrawn and made is not None and made.status is CampaignStatus.CANCELLED
        return 0 if was_taken_back else series.made.occurrence.starts_at
