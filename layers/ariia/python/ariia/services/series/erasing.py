"""Lists of selected members in the targets of series, which go on into every campaign that they make."""

from __future__ import annotations

from ariia.ports.clock import Chance
from ariia.ports.personal_data import Erasing, Found, piece_of
from ariia.ports.series import SeriesStore

_PAGE = 25


class SeriesStep:
    """Puts nobody in the member's place. It comes while nothing is swept yet: what a series that still read the member
    makes of it is a campaign by then, and is swept with the others."""

    name = "series"
    tables = ("series",)

    def __init__(self, series: SeriesStore, chance: Chance) -> None:
        self._series, self._chance = series, chance

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. As in campaigns, a place in a list counts for nothing."""
        page = self._series.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        return Found(some, {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for one in found.items:
            replacement = f"erased-{self._chance.token()}"
            self._series.replace_in_targets(erasure.tenant_id, one.id, erasure.who, replacement)
        return None
