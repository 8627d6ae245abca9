"""What happens when a series wakes up: the campaign of its next occurrence is made. The campaign and the series' step
to the occurrence behind it are one write, so that a killed, doubled or late call finds all of it or nothing."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.errors import InvalidError, LimitError, TransientError
from ariia.domain.series.series import MadeCampaign, MissedOccurrence, Occurrence, Series, SeriesStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules
from ariia.ports.series import SeriesChange, SeriesStore
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.from_addresses import FromAddresses
from ariia.services.campaigns.runs import SYSTEM
from ariia.services.campaigns.scheduling import arrange, check_of, schedule_name
from ariia.services.revisits import REQUEST_MS
from ariia.services.series.campaigns import campaign_of
from ariia.services.series.waking import SeriesWaking

_TRIES = 8
# How far the clock of the woken process may be behind.
_EARLY_MS = 5_000


class SeriesRuns:
    """Makes what is due. Every call may be repeated, and killed anywhere."""

    def __init__(
        self,
        store: SeriesStore,
        campaigns: CampaignStore,
        waking: SeriesWaking,
        campaign_schedules: OneTimeSchedules,
        senders: FromAddresses,
        broadcasts: BroadcastQuota,
        clock: Clock,
    ) -> None:
        self._store, self._campaigns, self._waking = store, campaigns, waking
        self._campaign_schedules, self._senders = campaign_schedules, senders
        self._broadcasts, self._clock = broadcasts, clock

    def run(self, tenant_id: str, series_id: str, epoch: int) -> Series | None:
        """Does what is due of a series that runs under `epoch`, and nothing of any other; as it stands then. None for
        one that was never saved."""
        for _ in range(_TRIES):
            series = self._store.get(tenant_id, series_id)
            if series is None or not series.is_driven_by(epoch) or not self._is_due(series):
                return series
            self._step(series)
        raise TransientError(f"series {series_id} changed {_TRIES} times while it woke up")

    def _is_due(self, series: Series) -> bool:
        return series.wake_at is not None and series.wake_at <= self._clock.now() + _EARLY_MS

    def _step(self, series: Series) -> None:
        """One step; when somebody else was faster, nothing, and the series is read again."""
        occurrence, now = series.next, self._clock.now()
        if occurrence is None:
            reason = "its rule has no more occurrences"
            move = series.move(SeriesStatus.ENDED, action="complete", by=SYSTEM, at=now, reason=reason)
            series.wake_at = None
            self._store.save(SeriesChange(series, moves=[move]))
            return
        newest = series.newest_due(occurrence, now)
        if newest != occurrence:
            self._miss(series, occurrence, newest, "it was not made in time, and a later one is due as well")
            return
        try:
            self._make(series, occurrence)
        except (LimitError, InvalidError) as refusal:
            self._refused(series, occurrence, refusal.message)

    def _make(self, series: Series, occurrence: Occurrence) -> None:
        ahead = replace(series, missed=None)
        ahead.go_on(occurrence, next(series.occurrences(occurrence.local), None))
        # In this order: a crash on the way leaves schedules that fire for nothing, a unit of the plan that the
        # campaign's schedule gives back, and the series where it was.
        note = self._waking.arrange(ahead)
        made = self._prepared(series, occurrence)
        self._senders.require(made.campaign)
        fires_at = max(made.campaign.scheduled_at or 0, self._clock.now() + REQUEST_MS)
        arrange(self._campaign_schedules, made.campaign, fires_at)
        self._reserve(made.campaign)
        ahead.made = MadeCampaign(made.campaign.id, occurrence)
        ahead.updated_at = self._clock.now()
        change = SeriesChange(ahead, note=note)
        if not self._store.make(change, replace(made, check=check_of(made.campaign, fires_at))):
            self._tidy(series, change, made.campaign)

    def _prepared(self, series: Series, occurrence: Occurrence) -> CampaignChange:
        content, target = (
            self._store.content(series.tenant_id, series.id),
            self._store.target(series.tenant_id, series.id),
        )
        approved = series.approved_hash or ""
        frozen_content = self._store.content(series.tenant_id, series.id, approved)
        frozen_target = self._store.target(series.tenant_id, series.id, approved)
        campaign, moves = campaign_of(series, occurrence, frozen_content, frozen_target, self._clock.now())
        frozen = (campaign.approved_hash or "", frozen_content, frozen_target)
        return CampaignChange(campaign, content, target, frozen, moves)

    def _reserve(self, campaign: Campaign) -> None:
        try:
            self._broadcasts.reserve(campaign, campaign.scheduled_at or 0)
        except LimitError:
            self._campaign_schedules.delete(schedule_name(campaign.id, campaign.schedule_epoch or 0))
            raise

    def _refused(self, series: Series, occurrence: Occurrence, reason: str) -> None:
        """What may be mended until its time is tried again then; after that, the occurrence goes without."""
        now = self._clock.now()
        if now + _EARLY_MS >= occurrence.starts_at:
            self._miss(series, occurrence, next(series.occurrences(occurrence.local), None), reason)
            return
        series.missed = MissedOccurrence(occurrence.local, occurrence.at, reason)
        series.wake_at, series.updated_at = occurrence.starts_at, now
        self._store.save(SeriesChange(series, note=self._waking.arrange(series)))

    def _miss(self, series: Series, occurrence: Occurrence, following: Occurrence | None, reason: str) -> None:
        now = self._clock.now()
        series.missed = MissedOccurrence(occurrence.local, occurrence.at, reason)
        series.go_on(occurrence, following)
        series.updated_at = now
        words = f"{occurrence.local}: {reason}"
        move = Move("skip", series.status, series.status, SYSTEM, now, words)
        if self._store.save(SeriesChange(series, moves=[move], note=self._waking.arrange(series))):
            # A run may have crashed just before it made it.
            self._broadcasts.give_back_of(series.tenant_id, series.campaign_id(occurrence), now)

    def _tidy(self, series: Series, step: SeriesChange, campaign: Campaign) -> None:
        """Somebody else was faster. Unless that was the making of this very campaign, or can still become it, nothing
        is to be left of it. A series that is there as it was has been restored from a backup: what it made since is
        not made again."""
        fresh = self._store.get(series.tenant_id, series.id)
        is_made = self._campaigns.get(campaign.tenant_id, campaign.id) is not None
        if fresh is not None and fresh.is_driven_by(series.epoch):
            if is_made and fresh.version == series.version:
                self._store.save(step)
        elif not is_made:
            self._broadcasts.give_back_of(campaign.tenant_id, campaign.id, self._clock.now())
            self._campaign_schedules.delete(schedule_name(campaign.id, campaign.schedule_epoch or 0))
