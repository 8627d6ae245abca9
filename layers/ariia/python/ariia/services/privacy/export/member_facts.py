"""Everything that is stored about one member beside the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ariia.domain.audit.entries import AuditEntry, subject_of
from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.engagement import latest, since
from ariia.domain.members.member import Engagement, Member
from ariia.domain.privacy.archive import MemberFacts
from ariia.ports.audit import AuditTrail
from ariia.ports.engagement import EngagementStore
from ariia.ports.events import EventStore
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.segments import SegmentListReader, SegmentStore
from ariia.ports.tenants import TenantStore
from ariia.services.confirmations.asked import AskedConfirmations

_PAGE = 100


class MemberFactsReader:
    """Reads it."""

    def __init__(
        self,
        tenants: TenantStore,
        follow_ups: FollowUpStore,
        events: EventStore,
        segments: SegmentStore,
        lists: SegmentListReader,
        trail: AuditTrail,
        asked: AskedConfirmations,
        engagement: EngagementStore,
        shards: int,
    ) -> None:
        self._tenants, self._follow_ups, self._events = tenants, follow_ups, events
        self._segments, self._lists, self._trail = segments, lists, trail
        self._asked, self._engagement, self._shards = asked, engagement, shards

    def of(self, member: Member, messages: list[dict[str, Any]], follow_ups: list[ScheduledFollowUp]) -> MemberFacts:
        """All of it."""
        tenant = self._tenants.get(member.tenant_id)
        return MemberFacts(
            tenant_name=tenant.name if tenant else member.tenant_id,
            member=replace(member, engagement=self._all_engagement(member)),
            messages=messages,
            follow_ups=follow_ups,
            events=list(self._all_events(member)),
            lists=dict(self._all_lists(member)),
            audit=list(self._all_entries(member)),
        )

    def follow_ups(self, member: Member) -> Iterator[ScheduledFollowUp]:
        """All of the member's, newest first."""
        after: str | None = None
        while True:
            page, after = self._follow_ups.of_member(member.tenant_id, member.id, _PAGE, after)
            yield from page
            if after is None:
                return

    def confirmations(self, member: Member) -> Iterator[str]:
        """The containers of all questions of a double opt-in to the member, in no order."""
        after: str | None = None
        while page := self._asked.page(member.tenant_id, member.id, _PAGE, after):
            yield from page
            after = page[-1]

    def _all_engagement(self, member: Member) -> Engagement:
        noted = self._engagement.noted(member.tenant_id, member.id)
        return latest(member.engagement, since(noted, member.created_at))

    def _all_events(self, member: Member) -> Iterator[MemberEvent]:
        after: str | None = None
        while page := self._events.of_member(member.tenant_id, member.id, _PAGE, after):
            yield from page
            after = page[-1].position

    def _all_lists(self, member: Member) -> Iterator[tuple[str, str]]:
        after, shard = None, shard_of(member.id, self._shards)
        while page := self._segments.page(member.tenant_id, _PAGE, after):
            for segment in page:
                if not segment.is_dynamic and self._lists.between(
                    member.tenant_id, segment.id, shard, member.id, member.id
                ):
                    yield segment.id, segment.name
            after = page[-1].id

    def _all_entries(self, member: Member) -> Iterator[AuditEntry]:
        after: str | None = None
        while True:
            page = self._trail.page_of_member(member.tenant_id, subject_of(member.tenant_id, member.id), _PAGE, after)
            yield from page.entries
            after = page.after
            if after is None:
                return
