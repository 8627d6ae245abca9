"""The API about itself: complete, valid, and for everybody."""

from __future__ import annotations

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.local.stack import LaptopStack
from tests.e2e.tenant import Tenant


def test_the_openapi_document_is_valid_and_of_version_3_1(laptop: LaptopStack) -> None:
    answer = requests.get(f"{laptop.api_url}/openapi.json", timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_document_leads_to_the_running_api(laptop: LaptopStack, tenant: Tenant) -> None:
    document = requests.get(f"{laptop.api_url}/openapi.json", timeout=30).json()
    headers = {"authorization": f"Bearer {laptop.token('viewer', tenant.id)}"}
    answer = requests.get(f"{document['servers'][0]['url']}/v1/campaigns", headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_the_reference_page_needs_no_token_and_runs_no_script(laptop: LaptopStack) -> None:
    answer = requests.get(f"{laptop.api_url}/reference", timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text
