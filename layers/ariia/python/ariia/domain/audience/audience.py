"""The audience of a campaign: which members a target means. Whether they may be sent anything is `consent.refusal`.

Members that `exclude` names are not targeted at all: they have no row in the ledger and count in no figure, unlike
targeted members who are excluded with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.audience.filters.expression import asks_about_engagement, campaigns_in, parse_filter
from ariia.domain.audience.filters.predicate import NO_FACTS, PageFacts, Predicate, compile_filter
from ariia.domain.audience.target import FollowUpCondition, SegmentCopy, TargetType
from ariia.domain.audience.target_fields import MAX_SELECTED, MAX_TAGS, TargetFields
from ariia.domain.errors import InvalidError, Problem
from ariia.domain.ledger.recipient_facts import RecipientFact
from ariia.domain.members.member import Member

__all__ = ["MAX_SELECTED", "MAX_TAGS", "AudienceFilter", "FollowUp", "TagFilter", "segment_ids_in"]
MAX_SEGMENTS = 20
MAX_EXCLUDED_CAMPAIGNS = 10
# The ledger of each is read beside the members.
MAX_CAMPAIGNS = 20


@dataclass(frozen=True)
class TagFilter:
    """At least one of `any`, every one of `all`, not one of `none`; an empty set asks nothing. Tags compare exactly,
    in the normal form in which members have them."""

    any: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()

    def matches(self, member: Member, _: PageFacts = NO_FACTS) -> bool:
        """True when the member's tags satisfy all three sets."""
        tags = set(member.tags)
        return (not self.any or not self.any.isdisjoint(tags)) and self.all <= tags and self.none.isdisjoint(tags)


@dataclass(frozen=True)
class FollowUp:
    """Recipients of the earlier campaign, by what they did. Only who got the message can have left it unopened."""

    campaign_id: str
    condition: FollowUpCondition

    def matches(self, member: Member, facts: PageFacts) -> bool:
        """True when the follow-up goes to the member."""
        known = facts.campaigns[self.campaign_id].by_fact
        if self.condition in (FollowUpCondition.NOT_OPENED, FollowUpCondition.NOT_CLICKED):
            done = RecipientFact(self.condition.removeprefix("not_"))
            is_there = member.id in known[RecipientFact.SENT] and member.id not in known[RecipientFact.FAILED]
            return is_there and member.id not in known[done]
        return member.id in known[RecipientFact(self.condition)]


@dataclass(frozen=True)
class Exclusion:
    """Who is left out, however well the target fits."""

    ids: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    segments: Mapping[str, Predicate] = field(default_factory=dict)
    campaigns: frozenset[str] = frozenset()

    def reason(self, member: Member, facts: PageFacts) -> str | None:
        """Why the member is left out: `member_ids`, `tags`, `segment:<id>` or `campaign:<id>`; None: they are not."""
        if member.id in self.ids:
            return "member_ids"
        if not self.tags.isdisjoint(member.tags):
            return "tags"
        for segment_id, meets in self.segments.items():
            if meets(member, facts):
                return f"segment:{segment_id}"
        for campaign_id in self.campaigns:
            if member.id in facts.campaigns[campaign_id].meant:
                return f"campaign:{campaign_id}"
        return None


@dataclass(frozen=True)
class AudienceFilter:
    """Who is meant: everyone that `target` accepts (and `follow_up`, where there is one), without the excluded.

    `selected_ids` are the only members worth reading (sorted, without the excluded); None = the whole tenant.
    `segments` are those of the target. What `matches` must be told beside the member: facts of `campaign_ids`, and
    which of the members are on the lists `list_ids`. `asks_engagement`: what is noted of it must be settled first."""

    target: Predicate
    selected_ids: Sequence[str] | None = None
    exclusion: Exclusion = Exclusion()
    segments: Mapping[str, Predicate] = field(default_factory=dict)
    follow_up: FollowUp | None = None
    campaign_ids: frozenset[str] = frozenset()
    list_ids: frozenset[str] = frozenset()
    asks_engagement: bool = False

    @classmethod
    def parse(
        cls,
        target_type: TargetType,
        target_filter_json: Mapping[str, Any],
        exclude: Mapping[str, Any] | None = None,
        *,
        segments: Mapping[str, SegmentCopy] | None = None,
        follow_up: FollowUp | None = None,
        at: int = 0,
    ) -> AudienceFilter:
        """The filter of a target, with the days of its segments' filters counted back from `at` (epoch ms). `segments`
        are all that it names. InvalidError with one Problem for each field that is unknown or malformed."""
        reader = _Reader(segments or {}, at)
        exclusion = reader.exclusion(exclude or {})
        target, selected = reader.target(target_type, target_filter_json)
        asked = reader.asked | exclusion.campaigns | ({follow_up.campaign_id} if follow_up else set())
        reader.check(asked)
        return cls(
            target,
            None if selected is None else sorted(selected - exclusion.ids),
            exclusion,
            reader.targeted,
            follow_up,
            frozenset(asked),
            frozenset(reader.lists),
            reader.asks_engagement,
        )

    def matches(self, member: Member, facts: PageFacts = NO_FACTS) -> bool:
        """True when the member belongs to the audience."""
        return self.is_meant(member, facts) and self.exclusion.reason(member, facts) is None

    def is_meant(self, member: Member, facts: PageFacts) -> bool:
        """The same before anybody is left out."""
        return self.target(member, facts) and (self.follow_up is None or self.follow_up.matches(member, facts))


def segment_ids_in(target_filter_json: Any, exclude: Any) -> list[str]:
    """Every id that stands where segments are named, in order and without judging the rest."""
    found: dict[str, None] = {}
    for document in (target_filter_json, exclude):
        ids = document.get("segment_ids") if isinstance(document, Mapping) else None
        found |= dict.fromkeys(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else {}
    return list(found)


class _Reader:
    """Turns the parts of one target into predicates, noting what they need."""

    def __init__(self, segments: Mapping[str, SegmentCopy], at: int) -> None:
        self._copies, self._at = segments, at
        self._problems: list[Problem] = []
        self.targeted: dict[str, Predicate] = {}
        self.asked: set[str] = set()
        self.lists: set[str] = set()
        self.asks_engagement = False

    def exclusion(self, document: Mapping[str, Any]) -> Exclusion:
        fields = TargetFields("exclude", document, self._problems)
        ids, tags = fields.ids("member_ids"), fields.tags("tags")
        segments = self._segments(fields, required=False)
        campaigns = fields.ids("campaign_ids", MAX_EXCLUDED_CAMPAIGNS)
        fields.close()
        return Exclusion(ids, tags, segments, campaigns)

    def target(self, kind: TargetType, document: Mapping[str, Any]) -> tuple[Predicate, frozenset[str] | None]:
        fields = TargetFields("target_filter_json", document, self._problems)
        selected: frozenset[str] | None = None
        meets: Predicate = _everyone
        if kind is TargetType.SELECTED:
            selected = ids = fields.ids("member_ids", required=True)
            meets = lambda member, _: member.id in ids  # noqa: E731
        elif kind is TargetType.TAGS:
            meets = _tags(fields)
        elif kind is TargetType.SEGMENT:
            self.targeted = self._segments(fields, required=True)
            meets = _joined(list(self.targeted.values()), fields.choice("match", ("any", "all")))
        fields.close()
        return meets, selected

    def check(self, asked: set[str]) -> None:
        if len(asked) > MAX_CAMPAIGNS:
            problem = Problem("target_filter_json", "asks about too many campaigns", len(asked), MAX_CAMPAIGNS)
            self._problems.append(problem)
        if self._problems:
            raise InvalidError("the target is not valid", problems=self._problems)

    def _segments(self, fields: TargetFields, *, required: bool) -> dict[str, Predicate]:
        found = {}
        for segment_id in sorted(fields.ids("segment_ids", MAX_SEGMENTS, required=required)):
            copy = self._copies.get(segment_id)
            if copy is None:
                fields.problem("segment_ids", "names a segment that there is not", value=segment_id)
            else:
                found[segment_id] = self._segment(segment_id, copy)
        return found

    def _segment(self, segment_id: str, copy: SegmentCopy) -> Predicate:
        if not copy.is_dynamic:
            self.lists.add(segment_id)
            return lambda member, facts: member.id in facts.lists[segment_id]
        expression = parse_filter(copy.filter_json)
        self.asked |= campaigns_in(expression)
        self.asks_engagement = self.asks_engagement or asks_about_engagement(expression)
        return compile_filter(expression, self._at)


def _everyone(_: Member, __: PageFacts) -> bool:
    return True


def _tags(fields: TargetFields) -> Predicate:
    tags = TagFilter(fields.tags("any"), fields.tags("all"), fields.tags("none"))
    if tags == TagFilter() and not fields.problems:
        fields.problem("", "names no tag", allowed="at least one tag in any, all or none")
    return tags.matches


def _joined(segments: list[Predicate], match: str) -> Predicate:
    if match == "all":
        return lambda member, facts: all(meets(member, facts) for meets in segments)
    return lambda member, facts: any(meets(member, facts) for meets in segments)
