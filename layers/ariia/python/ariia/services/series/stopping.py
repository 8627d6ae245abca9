"""Stopping a series: it makes no more campaigns, and the one that waits is taken back if it has not begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.errors import ConflictError, TransientError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.series.series import Series, SeriesStatus
from ariia.ports.clock import Clock
from ariia.ports.series import SeriesChange, SeriesStore
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.scheduling import CampaignScheduling
from ariia.services.release.stopping import CampaignStopping
from ariia.services.series.reading import SeriesDirectory
from ariia.services.series.waking import SeriesWaking

_S = SeriesStatus
_TAKEN_BACK = (CampaignStatus.SCHEDULED, CampaignStatus.APPROVED)
_TRIES = 8


@dataclass(frozen=True)
class StoppedSeries:
    """A series that makes no more campaigns, and the campaign that it made last, as it stands now: `cancelled` if it
    was taken back; any other status says how far it is. None: it never made one."""

    series: Series
    made: Campaign | None


class SeriesStopping:
    """Pauses and ends. First the series says that it is stopped, and what it takes back with that; then it is done, so
    that the next call after a crash knows what is left to do."""

    def __init__(
        self,
        store: SeriesStore,
        directory: SeriesDirectory,
        waking: SeriesWaking,
        scheduling: CampaignScheduling,
        campaigns: CampaignStopping,
        broadcasts: BroadcastQuota,
        clock: Clock,
    ) -> None:
        self._store, self._directory, self._waking = store, directory, waking
        self._broadcasts, self._clock = broadcasts, clock
        self._scheduling, self._campaigns = scheduling, campaigns

    def pause(
        self, tenant_id: str, series_id: str, by: str, reason: str | None = None, version: int | None = None
    ) -> StoppedSeries:
        """No campaign is made until the series is resumed; pausing a paused one changes nothing. ConflictError when it
        is not active; NotFoundError."""
        return self._stop(tenant_id, series_id, by, reason, version, _S.PAUSED, "pause")

    def end(
        self, tenant_id: str, series_id: str, by: str, reason: str | None = None, version: int | None = None
    ) -> StoppedSeries:
        """Ends it for good, from any status; ending it again changes nothing. NotFoundError."""
        return self._stop(tenant_id, series_id, by, reason, version, _S.ENDED, "end")

    def begin(self, series: Series) -> None:
        """Notes in a series that is going to be saved as stopped that its last campaign is taken back, if it waits."""
        made = self._directory.made(series)
        if series.made is not None and made is not None and made.status is CampaignStatus.SCHEDULED:
            series.made = replace(series.made, withdrawn=True)
        series.next_local = series.wake_at = None

    def finish(self, series: Series, before: Series, by: str, reason: str | None) -> Campaign | None:
        """Does what `begin` noted, once that is saved: the last campaign as it stands then. `before` is the series as
        it was when it still ran."""
        self._waking.cancel(before)
        if before.next is not None:
            # No run can create this campaign now; one may have crashed after reserving its unit. Give it back.
            unmade = before.campaign_id(before.next)
            self._broadcasts.give_back_of(series.tenant_id, unmade, self._clock.now())
        return self.withdrawn(series, by, reason)

    def withdrawn(self, series: Series, by: str, reason: str | None) -> Campaign | None:
        """The campaign that was made last, taken back if that was noted and it has not begun to go out."""
        for _ in range(_TRIES):
            made = self._directory.made(series)
            if made is None or series.made is None or not series.made.withdrawn or made.status not in _TAKEN_BACK:
                return made
            try:
                self._take_back(made, by, reason)
            except ConflictError:
                continue
        raise TransientError("the campaign of this series changes too often; try again")

    def _take_back(self, made: Campaign, by: str, reason: str | None) -> None:
        if made.status is CampaignStatus.SCHEDULED:
            made = self._scheduling.unschedule(made.tenant_id, made.id, by, made.version)
        self._campaigns.cancel(made.tenant_id, made.id, by, reason, made.version)

    def _stop(
        self,
        tenant_id: str,
        series_id: str,
        by: str,
        reason: str | None,
        version: int | None,
        after: SeriesStatus,
        action: str,
    ) -> StoppedSeries:
        def apply(series: Series) -> Move | None:
            if series.status is after:
                return None
            return series.move(after, action=action, by=by, at=self._clock.now(), reason=reason)

        words = f"the series was {'paused' if after is _S.PAUSED else 'ended'}" + (f": {reason}" if reason else "")
        series, before = self._changed(tenant_id, series_id, version, apply)
        return StoppedSeries(series, self.finish(series, before, by, words))

    def _changed(
        self, tenant_id: str, series_id: str, version: int | None, apply: Callable[[Series], Move | None]
    ) -> tuple[Series, Series]:
        """The series after and before a change that must hold now, however often it makes campaigns meanwhile."""
        for _ in range(_TRIES):
            series = self._directory.get(tenant_id, series_id)
            require_version(version, series.version)
            before, move = replace(series), apply(series)
            if move is None:
                return series, before
            self.begin(series)
            if self._store.save(SeriesChange(series, moves=[move])):
                return series, before
        raise changed_meanwhile()
