"""One planning page: which members go into which batch, and who is left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ariia.domain.address import address_hash
from ariia.domain.audit.entries import subject_of
from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.consent.tracking import tracking_of
from ariia.domain.ledger.batch import MAX_ENTRIES, MAX_EXCLUDED_ENTRIES, Batch, BatchKey, Entry, EntryState
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.page_name import page_end, page_name
from ariia.domain.members.member import Member
from ariia.domain.planning.lane_plan import LanePlan
from ariia.domain.rules.wave import EXCLUDED_LANE

# A page is one DynamoDB transaction: at most 100 actions and 4 MB (API_TransactWriteItems).
MAX_PAGE_MEMBERS = 2_000
MAX_PAGE_BATCHES = 90
MAX_PAGE_ACTIONS = 100


def shared_hashes(campaign: Dispatch, lanes: LanePlan, members: Iterable[Member]) -> set[str]:
    """Hashes of those addresses that more than one member has: only these can be duplicates."""
    if not campaign.one_per_address:
        return set()
    hashes = set()
    for member in members:
        channel = lanes.lane_for(member).channel
        if channel in member.shared_address:
            hashes.add(_hash(member, channel))
    return hashes - {""}


@dataclass
class PageDraft:
    """What one page would write, and how many of the offered members fit. `lanes` are those that somebody is in. An
    address is claimed by hash for a member who is told by `audit.subject_of`: what can't be found by a member's id must
    not hold it."""

    batches: list[Batch] = field(default_factory=list)
    address_claims: dict[str, str] = field(default_factory=dict)
    lanes: set[str] = field(default_factory=set)
    consumed: int = 0

    @property
    def actions(self) -> int:
        """Transaction actions, the cursor's own included."""
        return len(self.batches) + len(self.address_claims) + 1


def draft_page(
    campaign: Dispatch,
    lanes: LanePlan,
    shard: int,
    members: Sequence[Member],
    owners: Mapping[str, str],
    after: str | None = None,
    most: int = MAX_PAGE_MEMBERS,
) -> PageDraft:
    """Places `members` (targeted, in id order, behind the id `after`) until the page is full or holds `most`; `owners`
    have addresses given away before. One more member than fits lets the page end where the next is well named."""
    name = page_name(after, members[0].id) if members else ""
    draft = _filled(_PageBuilder(campaign, lanes, shard, name, owners), members[:most])
    end = page_end([member.id for member in members[: draft.consumed + 1]], draft.consumed)
    if end < draft.consumed:
        draft = _filled(_PageBuilder(campaign, lanes, shard, name, owners), members[:end])
    return draft


def _filled(builder: _PageBuilder, members: Sequence[Member]) -> PageDraft:
    for member in members:
        if builder.is_full:
            break
        builder.add(member)
    return builder.draft


class _PageBuilder:
    def __init__(self, campaign: Dispatch, lanes: LanePlan, shard: int, page: str, owners: Mapping[str, str]) -> None:
        self._campaign, self._lanes = campaign, lanes
        self._shard, self._page, self._owners = shard, page, owners
        self._open: dict[tuple[str, int], Batch] = {}
        self._numbers: dict[str, int] = {}
        self.draft = PageDraft()

    @property
    def is_full(self) -> bool:
        # One more member may need one more batch and one more address claim.
        return len(self.draft.batches) >= MAX_PAGE_BATCHES or self.draft.actions > MAX_PAGE_ACTIONS - 2

    def add(self, member: Member) -> None:
        lane = self._lanes.lane_for(member)
        reason = refusal(member, lane.channel) or self._duplicate(member, lane.channel)
        if reason is not None:
            entry = Entry(member.id, EntryState.EXCLUDED, reason)
            self._batch(EXCLUDED_LANE, MAX_EXCLUDED_ENTRIES).entries.append(entry)
        else:
            size = min(MAX_ENTRIES, self._campaign.batch_size)
            # Who is recorded alike goes together: one call to the provider has one configuration set.
            mark = tracking_of(member, opens=self._campaign.track_opens, clicks=self._campaign.track_clicks).mark
            self._batch(lane.id, size, mark).entries.append(Entry(member.id, untracked=mark))
            self.draft.lanes.add(lane.id)
        self.draft.consumed += 1

    def _duplicate(self, member: Member, channel: Channel) -> ExclusionReason | None:
        if not self._campaign.one_per_address or channel not in member.shared_address:
            return None
        one, subject = _hash(member, channel), subject_of(member.tenant_id, member.id)
        owner = self._owners.get(one) or self.draft.address_claims.setdefault(one, subject)
        return None if owner == subject else ExclusionReason.DUPLICATE_ADDRESS

    def _batch(self, lane: str, capacity: int, mark: int = 0) -> Batch:
        batch = self._open.get((lane, mark))
        if batch is None or len(batch.entries) >= capacity:
            number = self._numbers.get(lane, 0)
            key = BatchKey(self._campaign.tenant_id, self._campaign.id, self._shard, self._page, lane, number)
            batch = self._open[lane, mark] = Batch(key, [])
            self._numbers[lane] = number + 1
            self.draft.batches.append(batch)
        return batch


def _hash(member: Member, channel: Channel) -> str:
    address = member.address(channel)
    return address_hash(channel, address) if address else ""
