"""Where segments and the lists of static ones rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.audience.segment import MemberSegment


class SegmentStore(Protocol):
    """Segments of a tenant."""

    def get(self, tenant_id: str, segment_id: str) -> MemberSegment | None:
        """The segment, strongly consistent; None when the tenant has no such segment."""
        ...

    def create(self, segment: MemberSegment) -> bool:
        """Stores a new segment with version 1; False when the id is taken."""
        ...

    def save(self, segment: MemberSegment) -> bool:
        """Stores the segment if the stored version is its own, and raises `segment.version` by one; else False."""
        ...

    def delete(self, segment: MemberSegment) -> bool:
        """Removes the segment if the stored version is its own; else False. Its list is left to the caller."""
        ...

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[MemberSegment]:
        """Up to `limit` segments behind the id `after`, in the order of their ids; fewer = the end."""
        ...


class SegmentListReader(Protocol):
    """The lists of static segments: member ids per shard of the members, in the order of the ids."""

    def page(self, tenant_id: str, segment_id: str, shard: int, after: str | None, limit: int) -> list[str]:
        """Up to `limit` ids of one shard behind `after`, in order; fewer = the shard's end."""
        ...

    def between(self, tenant_id: str, segment_id: str, shard: int, first: str, last: str) -> set[str]:
        """The listed ids first <= id <= last of one shard."""
        ...


class SegmentLists(SegmentListReader, Protocol):
    """The same, to write: adding what is there and removing what is not changes nothing."""

    def add(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        """Puts the ids on the list. TransientError: do it again."""
        ...

    def remove(self, tenant_id: str, segment_id: str, member_ids: Sequence[str]) -> None:
        """Takes the ids off the list. TransientError: do it again."""
        ...


@dataclass(frozen=True)
class SegmentUse:
    """Something that may be submitted with segments, as it stands: `name` and stored `version`; `need` says why the
    segment must stay as it is, None = it need not."""

    name: str
    version: int
    need: str | None


class SegmentUses(Protocol):
    """Things of one kind that are submitted with segments."""

    def of(self, tenant_id: str, use_id: str, segment_id: str) -> SegmentUse | None:
        """How the thing stands to the segment; None when there is no such thing."""
        ...


class PlannedCampaign(Protocol):
    """A campaign whose recipients an audience asks about."""

    @property
    def shards(self) -> int:
        """Of its ledger; 0 = nobody is planned yet."""
        ...

    @property
    def is_cancelled(self) -> bool:
        """True when its pending recipients get nothing."""
        ...


class PlannedCampaigns(Protocol):
    """Campaigns, as audiences see them."""

    def get(self, tenant_id: str, campaign_id: str) -> PlannedCampaign | None:
        """The campaign; None when the tenant has no such one."""
        ...
