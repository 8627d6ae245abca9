"""Planning of one shard: scan, place, commit, from cursor to cursor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import PlanCursor, count_excluded
from ariia.domain.members.member import Member
from ariia.domain.planning.lane_plan import LanePlan
from ariia.domain.planning.page import MAX_PAGE_MEMBERS, PageDraft, draft_page, shared_hashes
from ariia.domain.rules.wave import EXCLUDED_LANE
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, PlanningLedger, PlanPage
from ariia.ports.members.members import MemberScan
from ariia.services.audience.page_facts import PageFactsReader

# A filter that matches nobody must still move the cursor now and then.
_MAX_SCANNED = 10 * MAX_PAGE_MEMBERS


@dataclass
class _Scanned:
    targeted: list[Member]
    last: str | None
    end: bool


class ShardPlanner:
    """Plans one shard of one campaign; every page is all or nothing, so any call may be killed and made again."""

    def __init__(
        self,
        campaign: Campaign,
        audience: AudienceFilter,
        required: Sequence[str],
        facts: PageFactsReader,
        members: MemberScan,
        ledger: PlanningLedger,
        clock: Clock,
    ) -> None:
        """`required` are variables that only members can fill."""
        self._campaign, self._audience, self._facts, self._required = campaign, audience, facts, required
        self._lanes = LanePlan(campaign)
        self._members, self._ledger, self._clock = members, ledger, clock

    def run(self, partition: Partition, deadline: int) -> bool:
        """Commits pages until the shard is planned (True) or `deadline` (epoch ms) has passed (False). TransientError
        when the audience was given up and another is planned by now."""
        cursor = self._cursor(partition)
        if not cursor.done and not self._facts.prepare(partition.tenant_id, self._audience, partition.shard, deadline):
            return False
        buffer = _Scanned([], cursor.after, False)
        while not cursor.done:
            buffer = self._fill(partition, buffer)
            page, rest = self._next_page(partition, cursor, buffer)
            if self._ledger.commit_page(page):
                cursor, buffer = page.cursor, rest
            else:
                # Another planner was faster, or an address was given away: look again.
                cursor = self._cursor(partition)
                buffer = _Scanned([], cursor.after, False)
            if self._clock.now() >= deadline:
                break
        return cursor.done

    def _cursor(self, partition: Partition) -> PlanCursor:
        """As it rests; a fresh one in place of that of an audience that was given up, which had nobody."""
        cursor, mine = self._ledger.plan_cursor(partition), self._campaign.audience_at or 0
        if cursor.began_at > mine:
            raise TransientError("another audience is planned by now")
        is_old = 0 < cursor.began_at < mine
        return PlanCursor(began_at=mine, version=cursor.version) if is_old else replace(cursor, began_at=mine)

    def _fill(self, partition: Partition, buffer: _Scanned) -> _Scanned:
        scanned = 0
        while not buffer.end and len(buffer.targeted) <= MAX_PAGE_MEMBERS and scanned < _MAX_SCANNED:
            found, end = self._read(partition, buffer.last)
            facts = self._facts.of(partition.tenant_id, self._audience, found)
            matching = [member for member in found if self._audience.matches(member, facts)]
            last = found[-1].id if found else buffer.last
            buffer = _Scanned(buffer.targeted + matching, last, end)
            scanned += len(found)
        return buffer

    def _read(self, partition: Partition, after: str | None) -> tuple[list[Member], bool]:
        selected = self._audience.selected_ids
        if selected is None:
            found = self._members.scan(partition.tenant_id, partition.shard, after, MAX_PAGE_MEMBERS)
            return found, len(found) < MAX_PAGE_MEMBERS
        wanted = self._selected(partition, selected, after)
        members = self._members.get_many(partition.tenant_id, wanted)
        return [members[one] for one in wanted if one in members], True

    def _selected(self, partition: Partition, selected: Sequence[str], after: str | None) -> list[str]:
        mine = {one for one in selected if shard_of(one, self._campaign.shards) == partition.shard}
        return sorted(one for one in mine if after is None or one > after)

    def _next_page(self, partition: Partition, cursor: PlanCursor, buffer: _Scanned) -> tuple[PlanPage, _Scanned]:
        offered = buffer.targeted[: MAX_PAGE_MEMBERS + 1]
        hashes = shared_hashes(self._campaign, self._lanes, offered)
        owners = self._ledger.address_owners(partition, hashes) if hashes else {}
        draft = draft_page(
            self._campaign, self._lanes, partition.shard, offered, owners, cursor.after, MAX_PAGE_MEMBERS
        )
        rest = replace(buffer, targeted=buffer.targeted[draft.consumed :])
        after = offered[draft.consumed - 1].id if rest.targeted else buffer.last
        zones = {lane: zone for lane, zone in self._lanes.zones.items() if lane in draft.lanes}
        missing = _missing(self._required, draft, {one.id: one for one in offered})
        moved = _moved(cursor, draft, after, zones, missing, done=buffer.end and not rest.targeted)
        return PlanPage(partition, moved, draft.batches, draft.address_claims), rest


def _missing(required: Sequence[str], draft: PageDraft, members: Mapping[str, Member]) -> Counter[str]:
    """How many of those who are placed have no value, by variable."""
    placed = (batch for batch in draft.batches if batch.key.lane != EXCLUDED_LANE)
    attributes = [members[entry.member_id].attributes for batch in placed for entry in batch.entries]
    return Counter(name for one in attributes for name in required if one.get(name) in (None, ""))


def _moved(
    cursor: PlanCursor,
    draft: PageDraft,
    after: str | None,
    zones: Mapping[str, str],
    missing: Counter[str],
    *,
    done: bool,
) -> PlanCursor:
    excluded = dict(cursor.excluded)
    for batch in draft.batches:
        for reason, count in count_excluded(batch.entries).items():
            excluded[reason] = excluded.get(reason, 0) + count
    planned = sum(len(batch.entries) for batch in draft.batches if batch.key.lane != EXCLUDED_LANE)
    return PlanCursor(
        # Clear the cursor when the shard is done: it is a member id.
        after=None if done else after,
        done=done,
        planned=cursor.planned + planned,
        batches=cursor.batches + len(draft.batches),
        excluded=excluded,
        zones={**zones, **cursor.zones},
        missing=dict(missing + Counter(cursor.missing)),
        began_at=cursor.began_at,
        version=cursor.version + 1,
    )
