"""What a filter means, said slowly: read again for each member, one operator after the other, from the JSON itself."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from ariia.domain.audience.filters.predicate import PageFacts
from ariia.domain.members.member import Member

DAY = 86_400_000
MISSING = object()


def meets(node: dict[str, Any], member: Member, facts: PageFacts, at: int) -> bool:
    """True when the member is meant by the filter at that instant."""
    if "all" in node:
        return all(meets(part, member, facts, at) for part in node["all"])
    if "any" in node:
        return any(meets(part, member, facts, at) for part in node["any"])
    if "not" in node:
        return not meets(node["not"], member, facts, at)
    value = look_up(node["field"], member, facts)
    if node["op"] == "exists":
        return (value is not MISSING and value not in ("", [])) == node["value"]
    if node["op"] == "ne":
        return not equal(value, node["value"])
    return value is not MISSING and compare(node, value, at)


def look_up(name: str, member: Member, facts: PageFacts) -> Any:
    first, _, rest = name.partition(".")
    if name.startswith("campaign:"):
        _, campaign, fact = name.split(":")
        return member.id in facts.campaigns[campaign].by_fact[fact]  # type: ignore[index]
    if first == "attributes":
        value = member.attributes.get(rest)
    elif first in ("consent", "suppression"):
        channel, _, part = rest.partition(".")
        value = getattr(getattr(member, first).get(channel), part, None)
    elif name.startswith("last_") and name.endswith("_at"):
        value = getattr(member.engagement, name)
    else:
        value = getattr(member, name)
    return MISSING if value is None else value


def compare(node: dict[str, Any], value: Any, at: int) -> bool:
    op, given = node["op"], node["value"]
    several = value if isinstance(value, list) else [value]
    if op == "eq":
        return equal(value, given)
    if op == "in":
        return any(same_tag(node, one, wanted) for one in several for wanted in given)
    if op == "contains":
        if isinstance(value, list):
            return any(same_tag(node, one, given) for one in value)
        return isinstance(value, str) and isinstance(given, str) and fold(given) in fold(value)
    if op == "prefix":
        return isinstance(value, str) and fold(value).startswith(fold(given))
    if op in ("gt", "gte", "lt", "lte") or (op == "between" and not isinstance(given[0], str)):
        return is_number(value) and in_order(op, value, given)
    when = value if node["field"].endswith("_at") or node["field"].endswith(".at") else instant(value)
    return when is not None and in_time(node, when, at)


def in_order(op: str, value: float, given: Any) -> bool:
    if op == "between":
        return given[0] <= value and value <= given[1]
    return {"gt": value > given, "gte": value >= given, "lt": value < given, "lte": value <= given}[op]


def in_time(node: dict[str, Any], when: int, at: int) -> bool:
    op, given = node["op"], node["value"]
    if op == "before":
        return when < instant(given)
    if op == "after":
        return when > instant(given)
    if op == "between":
        return instant(given[0]) <= when <= instant(given[1])
    age = at - when
    if op == "older_than":
        return age > given * DAY
    is_ours = not node["field"].startswith("attributes.")
    return age <= given * DAY and (age >= 0 or is_ours)


def equal(value: Any, given: Any) -> bool:
    if isinstance(value, bool) or isinstance(given, bool):
        return value is given
    if isinstance(value, str) and isinstance(given, str):
        return fold(value) == fold(given)
    return is_number(value) and is_number(given) and value == given


def same_tag(node: dict[str, Any], one: Any, wanted: Any) -> bool:
    return one == wanted if node["field"] == "tags" else equal(one, wanted)


def is_number(value: Any) -> bool:
    return type(value) in (int, float)


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def instant(text: Any) -> Any:
    if not isinstance(text, str) or not text.startswith("20"):
        return None
    named = datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00+00:00")
    return round(named.timestamp() * 1000)
