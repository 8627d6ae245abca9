"""Series as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.content import Content
from ariia.domain.errors import NotFoundError
from ariia.domain.local_time import local_of
from ariia.domain.series.recurrence import HORIZON
from ariia.domain.series.series import Occurrence, Series, SeriesStatus
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.series import SeriesStore

# How many series one request with a filter looks at before it answers with what it has.
MAX_LOOKED_AT = 1_000


@dataclass
class SeriesDetails:
    """A series with its draft content and target."""

    series: Series
    content: Content
    target: Target


@dataclass(frozen=True)
class SeriesPage:
    """Series, newest first; `after` is the id that the next page starts behind, None at the end."""

    series: list[Series]
    after: str | None


class SeriesDirectory:
    """Reading series of a tenant, and what they made."""

    def __init__(self, store: SeriesStore, campaigns: CampaignStore, clock: Clock) -> None:
        self._store, self._campaigns, self._clock = store, campaigns, clock

    def get(self, tenant_id: str, series_id: str) -> Series:
        """The series; NotFoundError."""
        series = self._store.get(tenant_id, series_id)
        if series is None:
            raise NotFoundError("there is no series with this id")
        return series

    def details(self, tenant_id: str, series_id: str) -> SeriesDetails:
        """The series as it stands now; NotFoundError."""
        series = self.get(tenant_id, series_id)
        content = self._store.content(tenant_id, series_id)
        return SeriesDetails(series, content, self._store.target(tenant_id, series_id))

    def submitted(self, tenant_id: str, series_id: str) -> SeriesDetails:
        """The series with what was submitted for review, whole and frozen; NotFoundError when nothing is."""
        series = self.get(tenant_id, series_id)
        if series.submitted_hash is None:
            raise NotFoundError("nothing of this series is submitted for review")
        content = self._store.content(tenant_id, series_id, series.submitted_hash)
        return SeriesDetails(series, content, self._store.target(tenant_id, series_id, series.submitted_hash))

    def page(self, tenant_id: str, limit: int, after: str | None, status: SeriesStatus | None = None) -> SeriesPage:
        """Up to `limit` series behind the id `after`, newest first. With `status`, only those; such a page may hold
        fewer although more follow."""
        found: list[Series] = []
        for _ in range(max(1, MAX_LOOKED_AT // limit)):
            page = self._store.page(tenant_id, limit, after)
            for series in page:
                after = series.id
                if status in (None, series.status):
                    found.append(series)
                if len(found) == limit:
                    return SeriesPage(found, after)
            if len(page) < limit:
                return SeriesPage(found, None)
        return SeriesPage(found, after)

    def campaigns(
        self, tenant_id: str, series_id: str, limit: int, after: str | None
    ) -> tuple[list[Campaign], str | None]:
        """Up to `limit` campaigns that the series made, newest first, behind the id `after`, and where to go on;
        NotFoundError."""
        self.get(tenant_id, series_id)
        ids = self._store.campaign_ids(tenant_id, series_id, limit, after)
        found = [self._campaigns.get(tenant_id, one) for one in ids]
        return [one for one in found if one is not None], ids[-1] if len(ids) == limit else None

    def made(self, series: Series) -> Campaign | None:
        """The campaign that the series made last, as it stands; None when it made none yet."""
        return None if series.made is None else self._campaigns.get(series.tenant_id, series.made.campaign_id)

    def occurrences(self, tenant_id: str, series_id: str, limit: int, after: str | None) -> list[Occurrence]:
        """Up to `limit` occurrences to come, in order, behind local time `after`, approved or not; none behind the
        next ten years. NotFoundError."""
        series, now = self.get(tenant_id, series_id), self._clock.now()
        latest = local_of(now, series.rule.timezone) + HORIZON
        if after is not None and datetime.fromisoformat(after) > latest:
            return []
        return list(islice(takewhile(lambda one: one.local <= latest.isoformat(), series.behind(now, after)), limit))

    def history(self, tenant_id: str, series_id: str) -> list[Move]:
        """Every move with who, when and why, oldest first; NotFoundError."""
        self.get(tenant_id, series_id)
        return self._store.history(tenant_id, series_id)
