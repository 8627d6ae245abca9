"""Whom a simulated campaign is meant for: each kind of target and exclusion, with the truth counted apart from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import SegmentCopy, Target, TargetType
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import Batch, BatchKey, Entry, EntryState
from ariia.domain.ledger.status import CampaignStatus
from tests.builders import TENANT, any_campaign
from tests.doubles.ledger import MemoryLedger
from tests.doubles.segments import MemorySegmentLists, MemorySegments

EARLIER, LISTED, TRIAL = "earlier", "listed", "on-trial"
_TRIAL_FILTER = {"field": "tags", "op": "contains", "value": "trial"}


def member_id(number: int) -> str:
    """Of the simulated members."""
    return f"m{number:03d}"


def tags_of(number: int) -> list[str]:
    """What each member is tagged with."""
    return [name for name, every in (("trial", 2), ("staff", 5)) if number % every == 0]


def is_listed(number: int) -> bool:
    """Whether the member is on the static segment's list."""
    return number % 3 == 0


def had_earlier(number: int) -> bool:
    """Whether the member was sent the earlier campaign."""
    return number % 4 == 1


@dataclass(frozen=True)
class Audience:
    """A target, and whether it means a member (by number)."""

    meant: Callable[[int], bool]
    target_type: TargetType = TargetType.ALL_MEMBERS
    target: Target = field(default_factory=Target)


_LISTED = {LISTED: SegmentCopy("Listed", is_dynamic=False)}
_ON_TRIAL = {TRIAL: SegmentCopy("On trial", filter_json=_TRIAL_FILTER)}
AUDIENCES: dict[str, Audience] = {
    "everybody": Audience(lambda number: True),
    "tags": Audience(
        lambda number: number % 2 == 0 and number % 5 != 0,
        TargetType.TAGS,
        Target({"any": ["trial"]}, {"tags": ["staff"]}),
    ),
    "static segment": Audience(
        lambda number: is_listed(number) and not had_earlier(number),
        TargetType.SEGMENT,
        Target({"segment_ids": [LISTED]}, {"campaign_ids": [EARLIER]}, _LISTED),
    ),
    "all but segments": Audience(
        lambda number: not is_listed(number) and number % 2 == 1,
        TargetType.ALL_MEMBERS,
        Target({}, {"segment_ids": [LISTED, TRIAL]}, _LISTED | _ON_TRIAL),
    ),
    "selected": Audience(
        lambda number: number < 20 and number != 7 and not had_earlier(number),
        TargetType.SELECTED,
        Target(
            {"member_ids": [member_id(number) for number in range(20)]},
            {"member_ids": [member_id(7)], "campaign_ids": [EARLIER]},
        ),
    ),
}


def segment_stores(shards: int, members: int) -> tuple[MemorySegments, MemorySegmentLists]:
    """The tenant's segments and the static one's list."""
    segments, lists = MemorySegments(), MemorySegmentLists(shards)
    for one, copy in (_LISTED | _ON_TRIAL).items():
        segments.create(MemberSegment(one, TENANT, copy.name, is_dynamic=copy.is_dynamic, filter_json=copy.filter_json))
    lists.add(TENANT, LISTED, [member_id(number) for number in range(members) if is_listed(number)])
    return segments, lists


def put_earlier(ledger: MemoryLedger, shards: int, members: int) -> object:
    """Puts an earlier campaign into the ledger, a batch a member, past the stream; gives its control record."""
    for number in filter(had_earlier, range(members)):
        one = member_id(number)
        key = BatchKey(TENANT, EARLIER, shard_of(one, shards), one, "l0", 0)
        MemoryLedger.put_batch(ledger, Batch(key, [Entry(one, EntryState.ACCEPTED, "id", 1, 1)]))
    return any_campaign(id=EARLIER, status=CampaignStatus.SENT, shards=shards)
