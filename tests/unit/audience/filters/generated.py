"""Generated filters and members: every kind of field with every operator; members who have the values or lack them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ariia.domain.audience.filters.operators import OPERANDS, Kind, Op, Operand
from ariia.domain.audience.filters.predicate import PageFacts
from ariia.domain.ledger.recipient_facts import CampaignFacts, RecipientFact
from ariia.domain.members.member import Consent, ConsentStatus, Engagement, Member, Suppression

NOW = 1_800_000_000_000
DAY = 86_400_000
IDS = ("anna", "Ben", "c-3")
CAMPAIGNS = ("spring", "summer")
NAMES = {
    Kind.TEXT: ("id", "first_name", "email", "language", "consent.email.source", "suppression.email.reason"),
    Kind.TAGS: ("tags",),
    Kind.CONSENT: ("consent.email.status", "consent.sms.status"),
    Kind.INSTANT: ("created_at", "last_opened_at", "consent.email.at", "suppression.email.at"),
    Kind.CUSTOM: ("attributes.a", "attributes.b"),
    Kind.FACT: tuple(f"campaign:{one}:{fact}" for one in CAMPAIGNS for fact in RecipientFact),
}
# Few values, so that conditions and members meet often.
texts = st.sampled_from(["anna", "ANNA", "Ann", "straße", "STRASSE", "a", "7", "import", "Ben@x.de"])
tags = st.sampled_from(["yoga", "Yoga", "trial", "vip"])
numbers = st.sampled_from([0, 1, 1.0, 2.5, -3, 2**53])
moments = st.sampled_from(["2026-12-31", "2027-01-15", "2027-01-15T08:00:00Z", "2027-01-14T23:30:00+02:00"])
scalars = st.one_of(texts, numbers, st.booleans(), moments)
statuses = st.sampled_from([str(one) for one in ConsentStatus])
instants = st.sampled_from([NOW + 5, NOW, NOW - 1, NOW - DAY, NOW - DAY - 1, NOW - 30 * DAY, 1_799_971_200_000, 0])


def _several(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(item, min_size=1, max_size=3)


def _pair(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(item, min_size=2, max_size=2).map(sorted)


VALUES: dict[Operand, st.SearchStrategy[Any]] = {
    Operand.TEXT: texts,
    Operand.TEXTS: _several(texts),
    Operand.TAG: tags,
    Operand.TAGS: _several(tags),
    Operand.CONSENT: statuses,
    Operand.CONSENTS: _several(statuses),
    Operand.SCALAR: scalars,
    Operand.SCALARS: _several(scalars),
    Operand.NUMBER: numbers,
    Operand.MOMENT: moments,
    Operand.MOMENTS: st.sampled_from([["2026-12-31", "2027-01-15"], ["2027-01-15", "2027-01-15T08:00:00Z"]]),
    Operand.RANGE: st.one_of(_pair(numbers), st.just(["2026-12-31", "2027-01-15"])),
    Operand.DAYS: st.sampled_from([1, 2, 30]),
    Operand.FLAG: st.booleans(),
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """One condition that is in order."""
    kind = draw(st.sampled_from(list(Kind)))
    op: Op = draw(st.sampled_from(list(OPERANDS[kind])))
    name = draw(st.sampled_from(NAMES[kind]))
    return {"field": name, "op": str(op), "value": draw(VALUES[OPERANDS[kind][op]])}


filters: st.SearchStrategy[dict[str, Any]] = st.recursive(
    conditions(),
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        part.map(lambda one: {"not": one}),
    ),
    max_leaves=6,
).filter(lambda one: depth(one) <= 8)


def depth(node: Any) -> int:
    """Levels of an expression."""
    below = [*node.get("all", ()), *node.get("any", ()), *([node["not"]] if "not" in node else [])]
    return 1 + max((depth(one) for one in below), default=0)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


_values = st.one_of(scalars, st.lists(scalars, max_size=3), st.just(""))
_consents = st.builds(Consent, st.sampled_from(list(ConsentStatus)), texts, instants)
members = st.builds(
    Member,
    id=st.sampled_from(IDS),
    tenant_id=st.just("t1"),
    first_name=_maybe(texts),
    email=_maybe(texts),
    language=_maybe(texts),
    tags=st.lists(tags, max_size=3),
    attributes=st.dictionaries(st.sampled_from(["a", "b"]), _values, max_size=2),
    consent=st.dictionaries(st.sampled_from(["email", "sms"]), _consents, max_size=2),
    suppression=st.dictionaries(st.just("email"), st.builds(Suppression, texts, instants), max_size=1),
    engagement=st.builds(Engagement, last_opened_at=_maybe(instants)),
    created_at=instants,
)
_ids = st.sets(st.sampled_from(IDS))
_campaign_facts = st.builds(CampaignFacts, st.fixed_dictionaries({fact: _ids for fact in RecipientFact}))
facts = st.builds(PageFacts, st.fixed_dictionaries({one: _campaign_facts for one in CAMPAIGNS}))
