"""Counting an audience: who will get a message, and who won't and why, by the very rules that planning follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ariia.domain.address import address_hash
from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.filters.predicate import NO_FACTS, PageFacts
from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.members.member import Member
from ariia.domain.rules.frequency_cap import FrequencyCap, Overflow

MAX_SAMPLE = 20


# Half of a 32-character address hash: 64 bits tell a million addresses apart with a chance of 3 in 100 million to err.
_HASH_CHARACTERS = 16


@dataclass(frozen=True)
class CountRules:
    """What decides about a member beside the audience. `required` are variables that only the member can fill; `cap` is
    asked as of `at` (epoch ms)."""

    channel: Channel = Channel.EMAIL
    one_per_address: bool = True
    required: Sequence[str] = ()
    cap: FrequencyCap | None = None
    at: int = 0

    def refusal(self, member: Member) -> ExclusionReason | None:
        """Why the member would get nothing; None when they would."""
        reason = refusal(member, self.channel)
        if reason is None and self.is_capped(member) and self.cap and self.cap.overflow is Overflow.EXCLUDE:
            return ExclusionReason.FREQUENCY_CAP
        return reason

    def is_capped(self, member: Member) -> bool:
        """True when the member has had as many messages as the cap allows."""
        return self.cap is not None and self.cap.free_at(member.recent_sends, self.at) > self.at


@dataclass
class AudienceCount:
    """Members by what would become of them. Addresses that several members have are kept as numbers (of their hash), so
    that counts of different shards can be added: the first member at an address gets the message, the others don't.

    `deferred` of those who will get it have to wait first, as they have had much lately. `segments` counts those who
    meet each segment of the target, `left_out` those whom the target means and `exclude` names, by which of it;
    `sample` are ids of a few who matched."""

    matched: int = 0
    alone: int = 0
    deferred: int = 0
    sharing: int = 0
    shared: set[int] = field(default_factory=set)
    excluded: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    sample: list[str] = field(default_factory=list)

    @property
    def will_get(self) -> int:
        """Members who will get the message."""
        return self.alone + len(self.shared)

    @property
    def excluded_by_reason(self) -> dict[str, int]:
        """Members who won't, by reason."""
        duplicates = self.sharing - len(self.shared)
        return {**self.excluded, ExclusionReason.DUPLICATE_ADDRESS: duplicates} if duplicates else dict(self.excluded)

    def add(self, other: AudienceCount) -> None:
        """Adds the count of other members (another shard of the same audience)."""
        self.matched += other.matched
        self.alone += other.alone
        self.deferred += other.deferred
        self.sharing += other.sharing
        self.shared |= other.shared
        for name in ("excluded", "missing", "segments", "left_out"):
            mine = getattr(self, name)
            for reason, number in getattr(other, name).items():
                mine[reason] = mine.get(reason, 0) + number
        self.sample = [*self.sample, *other.sample][:MAX_SAMPLE]


def count_members(
    count: AudienceCount,
    members: Iterable[Member],
    audience: AudienceFilter,
    rules: CountRules,
    facts: PageFacts = NO_FACTS,
) -> None:
    """Counts those of `members` who belong to `audience`, by the very rules that planning follows."""
    for member in members:
        for segment_id, meets in audience.segments.items():
            if meets(member, facts):
                count.segments[segment_id] = count.segments.get(segment_id, 0) + 1
        if not audience.is_meant(member, facts):
            continue
        reason = audience.exclusion.reason(member, facts)
        if reason is not None:
            count.left_out[reason] = count.left_out.get(reason, 0) + 1
            continue
        count.matched += 1
        if len(count.sample) < MAX_SAMPLE:
            count.sample.append(member.id)
        _count_matched(count, member, rules)


def _count_matched(count: AudienceCount, member: Member, rules: CountRules) -> None:
    reason = rules.refusal(member)
    if reason is not None:
        count.excluded[reason] = count.excluded.get(reason, 0) + 1
        return
    count.deferred += rules.is_capped(member)
    for name in rules.required:
        if member.attributes.get(name) in (None, ""):
            count.missing[name] = count.missing.get(name, 0) + 1
    if rules.one_per_address and rules.channel in member.shared_address:
        count.sharing += 1
        one = address_hash(rules.channel, member.address(rules.channel) or "")
        count.shared.add(int(one[:_HASH_CHARACTERS], 16))
    else:
        count.alone += 1
