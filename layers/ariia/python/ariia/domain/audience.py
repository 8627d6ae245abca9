"""The audience of a campaign: which members a target means. Whether they may be sent anything is `consent.refusal`.

Members that `exclude` names are not targeted at all: they have no row in the ledger and count in no figure, unlike
targeted members who are excluded with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .campaign import TargetType
from .errors import InvalidError, Problem
from .identifiers import ID_PATTERN, is_id
from .member import Member
from .member_text import FieldError, tag

MAX_SELECTED = 5_000
MAX_TAGS = 200

Predicate = Callable[[Member], bool]


@dataclass(frozen=True)
class TagFilter:
    """At least one of `any`, every one of `all`, not one of `none`; an empty set asks nothing. Tags compare exactly,
    in the normal form in which members have them."""

    any: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()

    def matches(self, member: Member) -> bool:
        """True when the member's tags satisfy all three sets."""
        tags = set(member.tags)
        return (not self.any or not self.any.isdisjoint(tags)) and self.all <= tags and self.none.isdisjoint(tags)


@dataclass(frozen=True)
class AudienceFilter:
    """Who is meant: everyone that `target` accepts, without the excluded ids and tags.

    `selected_ids` are the only members worth reading (sorted, without the excluded); None = the whole tenant."""

    target: Predicate
    selected_ids: Sequence[str] | None = None
    excluded_ids: frozenset[str] = frozenset()
    excluded_tags: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls, target_type: TargetType, target_filter_json: Mapping[str, Any], exclude: Mapping[str, Any] | None = None
    ) -> AudienceFilter:
        """The filter of a target; InvalidError with one Problem for each field that is unknown or malformed."""
        problems: list[Problem] = []
        left_out = _Fields("exclude", exclude or {}, problems)
        excluded_ids, excluded_tags = left_out.ids("member_ids"), left_out.tags("tags")
        left_out.close()
        asked = _Fields("target_filter_json", target_filter_json, problems)
        target, selected = _parse_target(target_type, asked)
        asked.close()
        if problems:
            raise InvalidError("the target is not valid", problems=problems)
        ids = None if selected is None else sorted(selected - excluded_ids)
        return cls(target, ids, excluded_ids, excluded_tags)

    def matches(self, member: Member) -> bool:
        """True when the member belongs to the audience."""
        if member.id in self.excluded_ids or not self.excluded_tags.isdisjoint(member.tags):
            return False
        return self.target(member)


def _parse_target(target_type: TargetType, fields: _Fields) -> tuple[Predicate, frozenset[str] | None]:
    parse = _TARGETS.get(target_type)
    if parse is None:
        fields.reject_type(target_type)
        return _everyone, None
    return parse(fields)


def _everyone(_: Member) -> bool:
    return True


def _all_members(_: _Fields) -> tuple[Predicate, frozenset[str] | None]:
    return _everyone, None


def _selected(fields: _Fields) -> tuple[Predicate, frozenset[str] | None]:
    ids = fields.ids("member_ids", required=True)
    return (lambda member: member.id in ids), ids


def _tags(fields: _Fields) -> tuple[Predicate, frozenset[str] | None]:
    tags = TagFilter(fields.tags("any"), fields.tags("all"), fields.tags("none"))
    if tags == TagFilter() and not fields.problems:
        fields.problem("", "names no tag", allowed="at least one tag in any, all or none")
    return tags.matches, None


# A target type is one more entry here: a segment's filter becomes a predicate on the member like the others.
_TARGETS: dict[TargetType, Callable[[_Fields], tuple[Predicate, frozenset[str] | None]]] = {
    TargetType.ALL_MEMBERS: _all_members,
    TargetType.SELECTED: _selected,
    TargetType.TAGS: _tags,
}


class _Fields:
    """Reads a JSON object field by field, noting what is wrong with each and what nobody asked for."""

    def __init__(self, name: str, document: Any, problems: list[Problem]) -> None:
        self._name, self.problems = name, problems
        self._rest: dict[str, Any] = dict(document) if isinstance(document, Mapping) else {}
        self._known: list[str] = []
        if not isinstance(document, Mapping):
            self.problem("", "is not an object", value=document)

    def ids(self, field: str, *, required: bool = False) -> frozenset[str]:
        values = self._strings(field, MAX_SELECTED, required=required)
        for value in [one for one in values if not is_id(one)][:5]:
            self.problem(field, "holds something that is not a valid id", value=value[:80], allowed=ID_PATTERN)
        return frozenset(values)

    def tags(self, field: str) -> frozenset[str]:
        clean = set()
        for value in self._strings(field, MAX_TAGS):
            try:
                clean.add(tag(value))
            except FieldError as error:
                self.problems.append(error.problem(f"{self._name}.{field}", value))
        return frozenset(clean)

    def close(self) -> None:
        for field in sorted(self._rest):
            self.problem(field, "is not known here", allowed=self._known)

    def reject_type(self, target_type: TargetType) -> None:
        allowed = [str(one) for one in _TARGETS]
        self.problems.append(Problem("target_type", "can't be targeted", value=str(target_type), allowed=allowed))
        self._rest = {}

    def problem(self, field: str, message: str, *, value: Any = None, allowed: Any = None) -> None:
        path = f"{self._name}.{field}" if field else self._name
        self.problems.append(Problem(path, message, value=value, allowed=allowed))

    def _strings(self, field: str, limit: int, *, required: bool = False) -> list[str]:
        self._known.append(field)
        values = self._rest.pop(field, None if required else [])
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            self.problem(field, "is not a list of strings", value=values if not isinstance(values, list) else None)
            return []
        if (required and not values) or len(values) > limit:
            self.problem(field, "has a wrong number of entries", value=len(values), allowed=f"at most {limit}")
            return []
        return values
