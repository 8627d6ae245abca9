"""Segments: what evaluating a filter costs for each member of the pass."""

from __future__ import annotations

from typing import Any

from ariia.domain.audience.filters.expression import parse_filter
from ariia.domain.audience.filters.predicate import NO_FACTS, compile_filter
from ariia.domain.documents import decode
from ariia.domain.members.member import Member

from .measuring import cpu_per_call
from .message import TENANT
from .stub.members import member_document, member_id

_MEMBERS = 1_000
_AT = 1_800_000_000_000
# Five conditions; nearly every member has to be asked all of them.
_FILTER: dict[str, Any] = {
    "all": [
        {"field": "consent.email.status", "op": "eq", "value": "granted"},
        {"not": {"field": "last_opened_at", "op": "within_last", "value": 90}},
        {"field": "first_name", "op": "ne", "value": "nobody"},
        {
            "any": [
                {"field": "tags", "op": "in", "value": ["trial"]},
                {"field": "email", "op": "contains", "value": "@"},
            ]
        },
    ]
}


def measure() -> dict[str, Any]:
    """CPU of one member, in microseconds, without reading and decoding it."""
    meets = compile_filter(parse_filter(_FILTER), _AT)
    members = [decode(Member, member_document(TENANT, member_id(3, place))) for place in range(_MEMBERS)]

    def work() -> None:
        for member in members:
            meets(member, NO_FACTS)

    return {"cpu_us_per_member": round(1e6 * cpu_per_call(work, 20) / _MEMBERS, 2)}
