"""The API's services around series."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.bootstrap.parts.api_campaigns import CampaignServices

if TYPE_CHECKING:
    from ariia.adapters.dynamodb.series import DynamoSeries
    from ariia.services.series.editing import SeriesEditing
    from ariia.services.series.reading import SeriesDirectory
    from ariia.services.series.review import SeriesReview
    from ariia.services.series.stopping import SeriesStopping
    from ariia.services.series.waking import SeriesWaking


class SeriesServices(CampaignServices):
    """Series, which make campaigns."""

    @cached_property
    def series(self) -> SeriesDirectory:
        """Reads series."""
        from ariia.services.series.reading import SeriesDirectory

        return SeriesDirectory(self._series_store, self._campaign_store, self._clock)

    @cached_property
    def series_editing(self) -> SeriesEditing:
        """Makes and changes drafts."""
        from ariia.services.series.editing import SeriesEditing

        return SeriesEditing(
            self._series_store,
            self.series,
            self._drafts,
            self._contents,
            self.series_stopping,
            self._clock,
            self._ids,
        )

    @cached_property
    def series_review(self) -> SeriesReview:
        """Submits, approves, rejects."""
        from ariia.bootstrap.parts.series import series_runs
        from ariia.services.series.review import SeriesReview
        from ariia.services.series.starting import SeriesStarting

        runs = series_runs(self._settings, self._broadcasts, self._clock)
        starting = SeriesStarting(self._series_store, self._waking, self.series_stopping, runs, self._clock)
        return SeriesReview(self._series_store, self.series, self._freezer, starting, self._gate, self._clock)

    @cached_property
    def series_stopping(self) -> SeriesStopping:
        """Pauses, resumes, ends."""
        from ariia.services.series.stopping import SeriesStopping

        return SeriesStopping(
            self._series_store,
            self.series,
            self._waking,
            self.campaign_scheduling,
            self.campaign_stopping,
            self._broadcasts,
            self._clock,
        )

    @cached_property
    def _series_store(self) -> DynamoSeries:
        from ariia.adapters.dynamodb.series import DynamoSeries

        return DynamoSeries()

    @cached_property
    def _waking(self) -> SeriesWaking:
        from ariia.services.series.waking import SeriesWaking

        return SeriesWaking(self._revisits, self._clock)
