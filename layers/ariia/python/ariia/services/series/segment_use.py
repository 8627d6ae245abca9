"""What series need of segments."""

from __future__ import annotations

from ariia.domain.series.series import HOLDS_SEGMENTS, Series
from ariia.ports.campaigns import CampaignStore
from ariia.ports.segments import SegmentUse, SegmentUses
from ariia.ports.series import SeriesStore
from ariia.services.campaigns.segment_use import need_of


class SeriesSegments(SegmentUses):
    """Series that are submitted with segments, and the campaigns that they made last."""

    def __init__(self, series: SeriesStore, campaigns: CampaignStore) -> None:
        self._series, self._campaigns = series, campaigns

    def of(self, tenant_id: str, use_id: str, segment_id: str) -> SegmentUse | None:
        series = self._series.get(tenant_id, use_id)
        if series is None:
            return None
        return SegmentUse(f"the series {series.id}", series.version, self._need(series, segment_id))

    def _need(self, series: Series, segment_id: str) -> str | None:
        if segment_id in series.review.segment_ids and series.status in HOLDS_SEGMENTS:
            return f"the series {series.id}, which is {series.status}"
        made = self._campaigns.get(series.tenant_id, series.made.campaign_id) if series.made else None
        return need_of(made, segment_id) if made is not None else None
