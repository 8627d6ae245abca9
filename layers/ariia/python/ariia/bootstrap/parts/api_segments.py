"""The API's services around segments."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.bootstrap.parts.api_foundations import ApiFoundations

if TYPE_CHECKING:
    from ariia.services.audience.segment_counts import SegmentCounts
    from ariia.services.audience.segment_freezing import SegmentFreezing
    from ariia.services.audience.segment_members import SegmentMembers
    from ariia.services.audience.segments import Segments


class SegmentServices(ApiFoundations):
    """Named parts of a tenant's members, and who is in them."""

    @cached_property
    def segments(self) -> Segments:
        """Makes, reads and changes segments."""
        from ariia.services.audience.segments import Segments

        store, campaigns, holds = self._segment_store, self._campaign_store, self._segment_holds
        return Segments(store, campaigns, holds, self.quotas, self._clock, self._ids)

    @cached_property
    def segment_members(self) -> SegmentMembers:
        """Lists of static segments."""
        from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
        from ariia.services.audience.segment_members import SegmentMembers

        lists, shards = DynamoSegmentLists(self._settings.shards), self._settings.shards
        holds, members, work = self._segment_holds, self._member_store, self._shard_work
        return SegmentMembers(self.segments, holds, lists, members, work, shards)

    @cached_property
    def segment_counts(self) -> SegmentCounts:
        """How many members a segment or filter means, and a few of them."""
        from ariia.services.audience.segment_counts import SegmentCounts

        return SegmentCounts(
            self.segments,
            self._counter,
            self._member_store,
            self._job_store,
            self._shard_work,
            self._clock,
            self._ids,
            self._settings.shards,
        )

    @cached_property
    def segment_freezing(self) -> SegmentFreezing:
        """Makes a static segment of a filter."""
        from ariia.services.audience.segment_freezing import SegmentFreezing

        return SegmentFreezing(
            self.segments, self._job_store, self._shard_work, self._clock, self._ids, self._settings.shards
        )
