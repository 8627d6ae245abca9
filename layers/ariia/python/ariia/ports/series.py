"""Where series rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Move
from ariia.domain.content.content import Content
from ariia.domain.series.series import Series
from ariia.ports.campaigns import DRAFT, CampaignChange


@dataclass(frozen=True)
class SeriesNote:
    """A note to look, from `at` (epoch ms) on, whether the series woke up under `epoch`."""

    at: int
    tenant_id: str
    series_id: str
    epoch: int


@dataclass(frozen=True)
class SeriesChange:
    """Everything that changes together: the record, its parts, the history entries and a note to check it."""

    series: Series
    content: Content | None = None
    target: Target | None = None
    frozen: tuple[str, Content, Target] | None = None
    moves: Sequence[Move] = ()
    note: SeriesNote | None = None


class SeriesNotes(Protocol):
    """The notes of all tenants, in the order of their instants. A note is written with the change that needs it."""

    def due(self, before: int, after: SeriesNote | None, limit: int) -> list[SeriesNote]:
        """Up to `limit` notes for instants before `before` (epoch ms), behind the note `after`."""
        ...

    def drop(self, note: SeriesNote) -> None:
        """Removes a note; one that is gone stays gone."""
        ...


class SeriesStore(Protocol):
    """Series of a tenant with their parts, their history and the ids of their campaigns."""

    def get(self, tenant_id: str, series_id: str) -> Series | None:
        """The series, strongly consistent; None when the tenant has no such one."""
        ...

    def create(self, change: SeriesChange, claim: str | None = None) -> bool:
        """Stores a new series with version 1, and with it that `claim` (an id of the client's making) stands for it.
        False when the id or the claim is taken; nothing is written then."""
        ...

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        """The id of the series that was created under `claim`; None when none was."""
        ...

    def save(self, change: SeriesChange) -> bool:
        """Stores the change if the stored version is the series' own, and raises `series.version` by one. False when
        somebody else was faster; nothing is written then."""
        ...

    def make(self, change: SeriesChange, made: CampaignChange) -> bool:
        """`save`, and in the same step a new campaign of the series: both are there or neither. False also when the
        campaign's id is taken."""
        ...

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Series]:
        """Up to `limit` series, newest first, behind the id `after`."""
        ...

    def content(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Content:
        """The draft content, or the frozen one of that submitted hash; NotFoundError when there is none."""
        ...

    def target(self, tenant_id: str, series_id: str, part: str = DRAFT) -> Target:
        """The draft target, or the frozen one of that submitted hash; NotFoundError when there is none."""
        ...

    def campaign_ids(self, tenant_id: str, series_id: str, limit: int, after: str | None) -> list[str]:
        """Up to `limit` ids of campaigns made for it, newest first, behind the id `after`."""
        ...

    def replace_in_targets(self, tenant_id: str, series_id: str, member_id: str, replacement: str) -> int:
        """As of CampaignStore: puts `replacement` where targets of the series list this member."""
        ...

    def history(self, tenant_id: str, series_id: str) -> list[Move]:
        """Every move, oldest first."""
        ...
