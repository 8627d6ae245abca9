"""Nobody's consent changes without somebody who may speak for members, by any operation of the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from infra.local.stack import PREFIX, LaptopStack
from tests.e2e.surface.test_access import example_of, operations
from tests.e2e.tenant import Tenant

Json = dict[str, Any]
_TABLES = ("members", "addresses", "suppressions")
_ANSWERS = ({"channel": "email", "text": "STOP"}, {"channel": "sms", "text": "start"}, {"channel": "email"}, {})


def said_in(laptop: LaptopStack, tenant: Tenant) -> dict[str, list[str]]:
    """The rows of a tenant's members, of their addresses, and of what is suppressed."""
    dynamodb = laptop.client("dynamodb")
    found = {}
    for table in _TABLES:
        pages = dynamodb.get_paginator("scan").paginate(TableName=f"{PREFIX}-{table}")
        rows = [json.dumps(row, sort_keys=True, default=str) for page in pages for row in page["Items"]]
        found[table] = sorted(row for row in rows if tenant.id in row)
    return found


def ids_in(tenant: Tenant) -> dict[str, str]:
    """One of each thing that a path can name."""
    editor = tenant.api
    suppressed = {"channel": "email", "address": "gone@somewhere.example", "reason": "asked for it"}
    return {
        "campaign_id": tenant.drafts().id,
        "template_id": editor.post("/v1/templates", {"name": "T", "body_template": "<p>Hello</p>"}, "editor")["id"],
        "import_id": editor.post("/v1/imports", {"format": "csv"}, "editor")["id"],
        "segment_id": editor.post("/v1/segments", {"name": "Chosen", "is_dynamic": False}, "editor")["id"],
        "follow_up_id": tenant.follows_up("m0000", 86_400)["id"],
        "suppression_id": editor.post("/v1/suppressions", suppressed, "admin")["id"],
        "export_id": editor.post("/v1/members/m0000/export", None, "admin")["id"],
        "member_id": "m0000",
        "channel": "email",
        "tag": "yoga",
        "domain": tenant.domain,
        "tenant_id": tenant.id,
        **dict.fromkeys(("series_id", "test_send_id", "erasure_id"), "none"),
    }


def examples(document: Json, path: str, operation: Json) -> list[Json | None]:
    """The bodies that this operation is tried with: of events, each by which somebody might be heard."""
    example = example_of(document, operation)
    if path != "/v1/events" or example is None:
        return [example]
    heard = {"name": "message_received", "member_id": "m0000"}
    return [
        {**example, "member_id": "m0000"},
        *({"id": f"e{n}", **heard, "data": one} for n, one in enumerate(_ANSWERS)),
    ]


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_viewers_and_agents_change_nobodys_consent_by_any_operation(
    tenant: Tenant, laptop: LaptopStack, role: str
) -> None:
    tenant.has_people(2)
    document = requests.get(f"{laptop.api_url}/openapi.json", timeout=30).json()
    ids, before = ids_in(tenant), said_in(laptop, tenant)
    assert [len(before[table]) > 0 for table in _TABLES] == [True, True, True]
    found: dict[str, list[int]] = {}
    for method, path, operation in operations(document):
        for body in examples(document, path, operation):
            answer = tenant.answer(method, path.format(**ids), role, body)
            found.setdefault(f"{method} {path}", []).append(answer.status)
    assert said_in(laptop, tenant) == before
    assert found["GET /v1/members/{member_id}"] == [200]
    assert found["PUT /v1/members/{member_id}"] == [403]
    assert found["POST /v1/events"] == [200 if role == "agent" else 403, *[403] * len(_ANSWERS)]
