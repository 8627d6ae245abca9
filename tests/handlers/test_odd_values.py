"""Odd values in every field of every body, over real adapters: numbers, instants and templates that their readers choke
on. Whatever they are, it is the caller's mistake."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ariia.adapters.aws.secrets import SecretsManagerSigningKeys
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.tenants.plan import Plan
from functions.api.reference.openapi import document
from tests.handlers.test_api import call, deployed  # noqa: F401
from tests.unit.gate.http import Client, claims

NUMBERS = (10**30, -(10**400), 1e308, -1)
TEXTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "²", "9" * 5_000, "")
SHAPES = ([[]], {"a": 10**400}, [10**400], None)
TEMPLATES = (
    "\n{{ " + "9" * 5_000 + " }}",
    "\n{{ 1_000" + "_000" * 2_000 + " }}",
    "\n{{ 0x" + "f" * 5_000 + " }}",
    "\n{{ 1e" + "9" * 5_000 + " }}",
    "\n{{ '\\N{x}' }}",
    "\n{{ '\\ud800' }}",
    "{% raw",
    "{{" + "(" * 500 + ")" * 500 + "}}",
    "{{ a" + ".b" * 3_000 + " }}",
    "{% if 1 %}" * 200 + "{% endif %}" * 200,
)
_READ_AS_TEMPLATES = {"content_subject", "content_html", "content_body", "header_html", "footer_html", "body_template"}
_READ_AS_TEMPLATES |= {"subject", "message_template"}
# They ask what is not there: the provider, or a role of its own.
_ELSEWHERE = ("/v1/senders", "/v1/sender-registrations", "/v1/tenants", "/v1/campaigns/{campaign_id}/test-send")
# Those that change or end what the others need.
_LAST = ("/erasure", "/end", "/cancel", "/lift")


def places(body: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value of a body."""
    pairs = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in pairs:
        yield (*above, key)
        yield from places(value, (*above, key))


def with_value(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = at = copy.deepcopy(body)
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return changed


def bodies(example: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The example with one odd value each, as JSON, and what is odd about it."""
    example.pop("version", None)
    for place in list(places(example)):
        is_template = place[-1] in _READ_AS_TEMPLATES
        for value in (*NUMBERS, *TEXTS, *SHAPES, *(TEMPLATES if is_template else ())):
            yield json.dumps(with_value(example, place, value)), f"{place} = {str(value)[:20]!r}"


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(SecretsManagerSigningKeys, "key", lambda _: b"k" * 32)
    tenant = DynamoTenants().get("gym")
    assert tenant is not None
    tenant.plan = Plan.ENTERPRISE
    assert DynamoTenants().save(tenant)
    return Client(call, claims("gym", "admin"))


def ids(client: Client) -> dict[str, str]:
    rule = {"rrule": "FREQ=DAILY", "starts_on": f"{date.today()}", "local_time": "09:00"}
    assert client.call("PUT", "/v1/members/m1", {"email": "anna@members.example"}).status == 201
    made = {
        "campaign_id": client.post("/v1/campaigns", {"name": "Spring"}),
        "series_id": client.post("/v1/series", {"name": "News", "rule": rule}),
        "segment_id": client.post("/v1/segments", {"name": "Chosen", "is_dynamic": False}),
        "template_id": client.post("/v1/templates", {"name": "Frame", "body_template": "x"}),
    }
    known = {name: answered.body["id"] for name, answered in made.items()}
    return known | {"member_id": "m1", "channel": "email", "tag": "yoga", "follow_up_id": "f", "suppression_id": "s"}


@pytest.mark.usefixtures("deployed")
def test_no_odd_value_in_a_body_is_a_fault_of_ours(admin: Client) -> None:
    known, faults, tried = ids(admin), list[str](), 0
    described = json.loads(document("https://api.example.com"))["paths"]
    asked = [(path, method, one) for path, item in described.items() for method, one in item.items()]
    for path, method, operation in sorted(asked, key=lambda one: one[0].endswith(_LAST)):
        if "requestBody" not in operation or path.startswith(_ELSEWHERE):
            continue
        example = operation["requestBody"]["content"]["application/json"].get("example")
        for body, odd in bodies(example) if example else ():
            tried += 1
            answered = admin.call(method.upper(), path.format(**known), body, If_Match='"1"')
            if answered.status >= 500:
                faults.append(f"{method} {path}: {odd}: {answered.status}")
    assert faults == []
    assert tried > 1_000


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("source", TEMPLATES[:3], ids=("digits", "underscores", "hexadecimal"))
@pytest.mark.parametrize("field", ["body_template", "header_html", "footer_html"])
def test_a_number_in_a_template_that_is_too_large_is_told_with_its_place(
    admin: Client, field: str, source: str
) -> None:
    refused = admin.post("/v1/templates", {"name": "Frame", "body_template": "x", field: f"a{source}"})
    assert refused.status == 422
    assert [(one["field"], one["line"]) for one in refused.body["problems"]] == [(field, 2)]
