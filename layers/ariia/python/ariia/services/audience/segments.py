"""Segments: made, edited, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.audience.segment import MemberSegment, require_valid, unknown_campaigns
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import NotFoundError
from ariia.domain.tenants.plan import Feature
from ariia.ports.clock import Clock, Ids
from ariia.ports.segments import PlannedCampaigns, SegmentStore
from ariia.services.audience.segment_holds import SegmentHolds
from ariia.services.tenants.quotas import Quotas


class Segments:
    """Use cases around the segments themselves; their lists and counts have their own."""

    def __init__(
        self,
        store: SegmentStore,
        campaigns: PlannedCampaigns,
        holds: SegmentHolds,
        quotas: Quotas,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store, self._campaigns, self._holds, self._quotas = store, campaigns, holds, quotas
        self._clock, self._ids = clock, ids

    def create(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None = None
    ) -> Created[MemberSegment]:
        """Stores a new segment of `fields`. InvalidError with the place of each mistake in its filter, or when the key
        of `creation` was used for another one; LimitError when the tenant's plan has no more segments."""
        now = self._clock.now()
        segment = MemberSegment(
            creation.id if creation else self._ids.new(),
            tenant_id,
            **fields,
            created_by=by,
            created_at=now,
            updated_at=now,
            idempotency_fingerprint=creation.fingerprint if creation else None,
        )
        earlier = self._store.get(tenant_id, segment.id) if creation else None
        if earlier is None:
            self.require_valid(segment)
            if self._create(segment):
                return Created(segment, replayed=False)
            earlier = self.get(tenant_id, segment.id)
        require_same(creation, earlier.idempotency_fingerprint)
        return Created(earlier, replayed=True)

    def _create(self, segment: MemberSegment) -> bool:
        self._quotas.reserve(segment.tenant_id, Feature.SEGMENTS, segment.id, segment.created_at)
        try:
            return self._store.create(segment)
        finally:
            # From here on it is counted because it exists, or not at all.
            self._quotas.settle(segment.tenant_id, Feature.SEGMENTS, segment.id, segment.created_at)

    def get(self, tenant_id: str, segment_id: str) -> MemberSegment:
        """The segment; NotFoundError."""
        segment = self._store.get(tenant_id, segment_id)
        if segment is None:
            raise NotFoundError("there is no segment with this id")
        return segment

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[MemberSegment]:
        """Up to `limit` segments behind the id `after`; fewer = the end."""
        return self._store.page(tenant_id, limit, after)

    def change(self, tenant_id: str, segment_id: str, changes: Mapping[str, Any], version: int) -> MemberSegment:
        """The segment with `changes` by field. Campaigns that were submitted keep the filter they were submitted with.
        NotFoundError; ConflictError when `version` is not the stored one; InvalidError."""
        segment = self.get(tenant_id, segment_id)
        require_version(version, segment.version)
        changed = replace(segment, **changes, updated_at=self._clock.now())
        self.require_valid(changed)
        if not self._store.save(changed):
            raise changed_meanwhile()
        return changed

    def delete(self, tenant_id: str, segment_id: str, version: int) -> MemberSegment:
        """Removes the segment, which is returned. ConflictError while something that was submitted needs it, or when
        `version` is not the stored one; NotFoundError."""
        segment = self.get(tenant_id, segment_id)
        require_version(version, segment.version)
        with self._holds.changing(tenant_id, segment_id):
            if not self._store.delete(segment):
                raise changed_meanwhile()
        self._holds.forget(tenant_id, segment_id)
        return segment

    def require_valid(self, segment: MemberSegment) -> None:
        """InvalidError when its filter can't be evaluated, or asks about campaigns that the tenant does not have."""
        asked = require_valid(segment)
        unknown = [one for one in asked if self._campaigns.get(segment.tenant_id, one) is None]
        if unknown:
            raise unknown_campaigns({one: asked[one] for one in unknown})
