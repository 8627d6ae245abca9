"""Whatever rests in a store comes back as it was."""

from __future__ import annotations

import ast
import dataclasses
import json
import types
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ariia.domain.audience.count_job import AudienceQuestion
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.segment_task import FillJob
from ariia.domain.audience.target import Target
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.review import Review
from ariia.domain.content.content import Content
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.documents import decode, encode
from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import ScheduledFollowUp
from ariia.domain.imports.job import ImportJob, PartResult
from ariia.domain.ledger.batch import PlanCursor, ReleaseCursor
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import Receipt
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Consent, Member, Suppression
from ariia.domain.preflight.job import PreflightJob
from ariia.domain.privacy.erasure import Erasure
from ariia.domain.privacy.export import MemberExport
from ariia.domain.senders import SenderDomain
from ariia.domain.series.series import Series
from ariia.domain.statistics.recount import Recount
from ariia.domain.tenants.quota import QuotaClaim
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.ledger.sending import SendRate
from ariia.services.audience.segment_counts import SegmentCountJob
from tests.architecture.source_tree import product_sources

STORED: list[type] = [
    FillJob,
    SegmentCountJob,
    AudienceQuestion,
    AuditEntry,
    Campaign,
    CampaignTemplate,
    Consent,
    Content,
    Dispatch,
    Review,
    Recount,
    Erasure,
    ErasureMark,
    ImportJob,
    Member,
    MemberEvent,
    MemberExport,
    MemberSegment,
    Move,
    PartResult,
    PlanCursor,
    PreflightJob,
    QuotaClaim,
    Receipt,
    ReleaseCursor,
    ScheduledFollowUp,
    SenderDomain,
    SendRate,
    Series,
    Suppression,
    Target,
    Tenant,
]
texts = st.text(max_size=4)
numbers = st.integers(-(2**53), 2**53)
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | floats | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    Any: json_values,
    str: texts,
    bool: st.booleans(),
    int: numbers,
    float: floats,
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field with this type."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values_of, inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is list:
        return st.lists(values_of(inner[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(texts, values_of(inner[1]), max_size=2)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return entities(hint)


def entities(kind: type) -> st.SearchStrategy[Any]:
    """Any `kind`, every field of it drawn."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_entity_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    entity = data.draw(entities(kind))
    assert decode(kind, json.loads(json.dumps(encode(entity)))) == entity


def test_every_kind_that_is_read_from_a_store_is_tried_here() -> None:
    read = {
        node.args[0].id
        for source in product_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "decode"
        if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id[0].isupper()
    }
    assert read <= {kind.__name__ for kind in STORED}
    assert len(read) > 10


def test_what_a_newer_version_wrote_is_ignored() -> None:
    assert decode(Target, {"target_filter_json": {"any": ["x"]}, "invented_later": [1]}) == Target({"any": ["x"]})


def test_what_an_older_version_did_not_know_has_its_default() -> None:
    campaign = decode(Campaign, {"id": "c1", "tenant_id": "t1", "name": "Spring"})
    assert campaign == Campaign("c1", "t1", "Spring")


def test_defaults_take_no_room() -> None:
    assert encode(Receipt()) == {}
    assert encode(Target(exclude={"tags": []})) == {"exclude": {"tags": []}}
