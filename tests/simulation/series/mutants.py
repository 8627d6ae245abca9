"""Known-wrong ways to make a series' campaigns. Each must be caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.series.series import Occurrence, Series
from ariia.ports.campaigns import CampaignChange
from ariia.ports.series import SeriesChange
from ariia.services.campaigns.firing import CampaignFiring
from ariia.services.series.checks import SeriesReport
from ariia.services.series.runs import SeriesRuns
from ariia.services.series.stopping import SeriesStopping
from tests.doubles.series import MemorySeries

from .world import SeriesParts


class _Apart(SeriesRuns):
    """What it makes gets an id of its own each time, and the series' step is another write."""

    def _prepared(self, series: Series, occurrence: Occurrence) -> CampaignChange:
        made = super()._prepared(series, occurrence)
        made.campaign.id = f"{made.campaign.id[:20]}{self._clock.now() % 1_000_000:06d}"
        return made

    def _make(self, series: Series, occurrence: Occurrence) -> None:
        store, campaigns = self._store, self._campaigns

        class InTwo:
            def __getattr__(self, name: str) -> Any:
                return getattr(store, name)

            def make(self, change: SeriesChange, made: CampaignChange) -> bool:
                return campaigns.create(made) and store.save(change)

        self._store = InTwo()  # type: ignore[assignment]
        try:
            super()._make(series, occurrence)
        finally:
            self._store = store


class CampaignAndStepAreTwoWrites(SeriesParts):
    """Whoever dies between the two makes another one."""

    violates = "campaigns went out for"
    runs = _Apart


class _LooksForNothing:
    def __init__(self, *_: Any) -> None:
        return None

    def check(self, deadline: int) -> SeriesReport:
        return SeriesReport()


class NobodyLooksWhetherItWokeUp(SeriesParts):
    """A schedule that never fires is not missed."""

    violates = "got no campaign"
    checks = _LooksForNothing


class _Unconditional(MemorySeries):
    def make(self, change: SeriesChange, made: CampaignChange) -> bool:
        stored = self.get(change.series.tenant_id, change.series.id)
        assert stored is not None
        change.series.version, change.series.status = stored.version, stored.status
        return super().make(change, made)


class MakesWhatWasStoppedMeanwhile(SeriesParts):
    """The campaign is made whether or not the series was paused since it was read."""

    violates = "while the series was paused"
    store = _Unconditional


class _KeepsWhatWaits(SeriesStopping):
    def begin(self, series: Series) -> None:
        super().begin(series)
        if series.made is not None:
            series.made = replace(series.made, withdrawn=False)


class PauseLeavesWhatWaits(SeriesParts):
    """A pause only makes no more campaigns."""

    violates = "while the series was paused"
    stopping = _KeepsWhatWaits


class _KeepsTheUnit(CampaignFiring):
    def fire(self, tenant_id: str, campaign_id: str, schedule_epoch: int) -> int | None:
        if self._campaigns.get(tenant_id, campaign_id) is None:
            return None
        return super().fire(tenant_id, campaign_id, schedule_epoch)


class _LeavesAsItIs(SeriesRuns):
    def _tidy(self, series: Series, step: SeriesChange, campaign: Campaign) -> None:
        return None


class UnitsOfWhatWasNeverMadeAreLost(SeriesParts):
    """What was reserved for a campaign that came to nothing stays reserved."""

    violates = "and 1 reserved"
    firing, runs = _KeepsTheUnit, _LeavesAsItIs


MUTANTS: tuple[type[SeriesParts], ...] = (
    CampaignAndStepAreTwoWrites,
    NobodyLooksWhetherItWokeUp,
    MakesWhatWasStoppedMeanwhile,
    PauseLeavesWhatWaits,
    UnitsOfWhatWasNeverMadeAreLost,
)
