"""What clients get wrong, or try on purpose."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.tenant import Answer, Tenant

_UNKNOWN = "01k9qjx2v4c1m8r6t5w3y7z0ab"


@pytest.fixture(scope="module")
def tenant(laptop: LaptopStack, provider: SimulatorClient) -> Tenant:
    """One for all of these tests: what is refused leaves nothing behind."""
    return Tenant(laptop, provider, "refused")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/campaigns", {"name": "C", "colour": "red"}, "colour"),
        ("/v1/campaigns", {"name": 5}, "name"),
        ("/v1/campaigns", {"name": " \t"}, "name"),
        ("/v1/campaigns", {"name": "C", "type": "burst"}, "type"),
        ("/v1/campaigns", {"name": "C", "target_filter_json": "all"}, "target_filter_json"),
        ("/v1/campaigns", {}, "name"),
        ("/v1/campaigns", {"name": "C", "follow_up_after_hours": 10**30}, "follow_up_after_hours"),
        ("/v1/campaigns", {"name": "C", "one_per_address": None}, "one_per_address"),
        ("/v1/templates", {"name": "T", "is_default": "yes"}, "is_default"),
        ("/v1/templates", {"name": " ", "body_template": "<p>Hello</p>"}, "name"),
        ("/v1/segments", {"name": " ", "is_dynamic": False}, "name"),
        ("/v1/members", {"id": "übung"}, "id"),
        ("/v1/members", {"id": "m1", "attributes": {"visits": 2**70}}, "attributes.visits"),
        ("/v1/members", {"id": "m1", "consent": {"pigeon": {"status": "granted"}}}, "consent.pigeon"),
        ("/v1/members", {"email": 7}, "email"),
        ("/v1/members", {"email": "nobody at nowhere"}, "email"),
        ("/v1/members", {"id": "no spaces please"}, "id"),
        ("/v1/imports", {"format": "xlsx"}, "format"),
        ("/v1/senders", {"domain": "not a domain"}, "domain"),
    ],
)
def test_a_wrong_field_is_named(tenant: Tenant, path: str, body: Json, field: str) -> None:
    refused = tenant.answer("POST", path, "admin", body)
    assert (refused.status, refused.headers["content-type"]) == (422, "application/problem+json"), refused
    assert refused.fields == {field}, refused


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b"null",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": "a", "name": "b"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object_answers_400(tenant: Tenant, laptop: LaptopStack, body: bytes) -> None:
    answer = _post_bytes(tenant, laptop, body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text


def test_a_body_that_is_not_declared_as_json_answers_415(tenant: Tenant, laptop: LaptopStack) -> None:
    answer = _post_bytes(tenant, laptop, b'{"name": "C"}', "text/plain")
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json"), answer.text
    assert _post_bytes(tenant, laptop, b'{"name": "C"}', "Application/JSON; charset=UTF-8").status_code == 201


def test_a_body_over_5_mb_answers_413(tenant: Tenant, laptop: LaptopStack) -> None:
    answer = _post_bytes(tenant, laptop, b'{"name": "' + b"x" * (5 * 1024 * 1024) + b'"}')
    assert answer.status_code == 413, answer.text[:500]


def test_content_that_the_store_cannot_hold_answers_422(tenant: Tenant) -> None:
    large, before = "<p>" + "words " * 80_000 + "</p>", list(tenant.api.pages("/v1/campaigns"))
    campaign = tenant.answer("POST", "/v1/campaigns", "editor", {"name": "C", "content_html": large})
    assert campaign.status == 422, campaign
    template = tenant.answer("POST", "/v1/templates", "editor", {"name": "T", "body_template": large})
    assert template.status == 422, template
    assert list(tenant.api.pages("/v1/campaigns")) == before


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/campaigns/{_UNKNOWN}",
        f"/v1/campaigns/{_UNKNOWN}/stats",
        f"/v1/campaigns/{_UNKNOWN}/recipients",
        f"/v1/templates/{_UNKNOWN}",
        f"/v1/members/{_UNKNOWN}",
        f"/v1/imports/{_UNKNOWN}",
        "/v1/senders/nowhere.example",
        "/v1/members/with%20space",
        "/v1/members/..%2f..%2fetc",
        "/v1/members/%F0%9F%98%80",
        f"/v1/segments/{_UNKNOWN}/count",
        f"/v1/follow-ups/{_UNKNOWN}",
        "/v1/nothing",
    ],
)
def test_what_is_not_there_answers_404(tenant: Tenant, path: str) -> None:
    assert tenant.answer("GET", path, "admin").status == 404


def test_a_misspelt_filter_is_not_ignored(tenant: Tenant) -> None:
    refused = tenant.answer("GET", "/v1/campaigns?stauts=draft", "viewer")
    assert (refused.status, refused.fields) == (422, {"stauts"})


def test_a_cursor_leads_on_in_its_own_list_only(new_tenant: Callable[[str], Tenant]) -> None:
    ours = new_tenant("ours")
    for name in ("A", "B"):
        ours.drafts(name=name)
    cursor = ours.api.get("/v1/campaigns?limit=1")["next_cursor"]
    assert [one["name"] for one in ours.api.get(f"/v1/campaigns?limit=1&cursor={cursor}")["items"]] == ["A"]
    for path in ("/v1/templates?", "/v1/campaigns?status=draft&", "/v1/members?"):
        refused = ours.answer("GET", f"{path}cursor={cursor}", "viewer")
        assert (refused.status, refused.fields) == (422, {"cursor"}), refused
    assert new_tenant("theirs").answer("GET", f"/v1/campaigns?cursor={cursor}", "viewer").status == 422


@pytest.mark.parametrize("cursor", ["nonsense", "eyJhIjoxfQ", "%00"])
def test_a_made_up_cursor_is_refused(tenant: Tenant, cursor: str) -> None:
    assert tenant.answer("GET", f"/v1/campaigns?cursor={cursor}", "viewer").status == 422


def test_a_syntax_error_names_its_line(tenant: Tenant) -> None:
    body = "<p>one</p>\n<p>two</p>\n{% if member.first_name %}<p>three</p>\n"
    refused = _template(tenant, body)
    assert refused.status == 422
    assert [(one["field"], one["line"] >= 3) for one in refused.body["problems"]] == [("body_template", True)], refused


def test_an_unknown_variable_is_an_error_at_save(tenant: Tenant) -> None:
    refused = _template(tenant, "<p>{{ offer_end }}</p>")
    assert refused.status == 422
    assert "offer_end" in refused.text


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000000000) %}x{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ 'x' * 10000000000 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ '%9999999999d' % 1 }}",
        "{% set ns = namespace(s='xxxxxxxxxx') %}{% for n in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{{ 'x'.ljust(9999999999) }}",
        "{{ 'x'|center(9999999999) }}",
        "{{ 'x'|indent(999999999) }}",
    ],
)
def test_a_runaway_template_is_refused_within_seconds(tenant: Tenant, body: str) -> None:
    started = time.monotonic()
    refused = _template(tenant, body)
    assert refused.status == 422, refused
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ member.__init__.__globals__ }}",
        "{{ self.__init__.__globals__['os'].popen('id').read() }}",
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ ''|attr('__class__')|attr('__mro__') }}",
        "{{ '{0.__class__}'.format(member) }}",
        "{{ lipsum.__globals__ }}",
        "{% import 'os' as os %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_an_escape_from_the_sandbox_is_refused(tenant: Tenant, body: str) -> None:
    refused = _template(tenant, body)
    assert refused.status == 422, refused
    assert "root:" not in refused.text
    assert "<class" not in refused.text


def test_an_unverified_sender_cannot_be_submitted(
    tenant: Tenant, provider: SimulatorClient, provider_that: Callable[..., AbstractContextManager[None]]
) -> None:
    domain = f"new-{tenant.domain}"
    with provider_that(verified_domains=[]):
        added = tenant.api.post("/v1/senders", {"domain": domain}, "admin")
        assert added["verified"] is False
        campaign = tenant.drafts(sender=f"news@{domain}")
        refused = tenant.answer("POST", f"{campaign.path}/submit", "editor", {})
        assert refused.status == 409, refused
        assert {one["field"] for one in refused.body["findings"]} == {"sender", "target_filter_json"}
        assert campaign.read()["status"] == "draft"
    provider.verify(domain)
    assert tenant.api.get(f"/v1/senders/{domain}")["verified"] is True
    assert campaign.act("submit", "editor", {"despite": ["empty_audience"]})["status"] == "pending_review"


def test_a_domain_that_was_never_added_cannot_send(tenant: Tenant) -> None:
    campaign = tenant.drafts(sender="news@somebody-else.example")
    refused = tenant.answer("POST", f"{campaign.path}/submit", "editor", {"despite": ["empty_audience"]})
    assert (refused.status, [one["field"] for one in refused.body["findings"]]) == (409, ["sender"])


def _template(tenant: Tenant, body: str) -> Answer:
    return tenant.answer("POST", "/v1/templates", "editor", {"name": "T", "body_template": body})


def _post_bytes(
    tenant: Tenant, laptop: LaptopStack, body: bytes, declared: str = "application/json"
) -> requests.Response:
    headers = {"authorization": f"Bearer {laptop.token('editor', tenant.id)}", "content-type": declared}
    return requests.post(f"{laptop.api_url}/v1/campaigns", data=body, headers=headers, timeout=60)
