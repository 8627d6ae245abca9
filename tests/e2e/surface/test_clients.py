"""Generated clients drive the deployed API, each through a campaign from its members to its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.local.stack import LaptopStack
from tests.clients.generated import PythonClient, TypeScriptClient
from tests.e2e.expired_token import expired
from tests.e2e.tenant import Tenant


@pytest.fixture(scope="module")
def document(laptop: LaptopStack) -> dict[str, Any]:
    return dict(requests.get(f"{laptop.api_url}/openapi.json", timeout=30).json())


@pytest.fixture
def environment(laptop: LaptopStack, tenant: Tenant) -> dict[str, str]:
    """What the programs read."""
    tokens = {f"ARIIA_{role.upper()}": laptop.token(role, tenant.id) for role in ("editor", "approver", "viewer")}
    tokens["ARIIA_EXPIRED"] = expired(tokens["ARIIA_EDITOR"])
    return {"ARIIA_API": laptop.api_url, "ARIIA_SENDER": tenant.sender, **tokens}


def agrees(tenant: Tenant, said: str, member_id: str) -> None:
    """The program's figures are those of a campaign that reached this member alone."""
    figures = json.loads(said.splitlines()[-1])
    assert (figures["targeted"], figures["delivered"], figures["excluded"]) == (2, 1, 1), figures
    assert figures["excluded_by_reason"] == {"no_consent": 1}
    sent = tenant.provider.messages({"campaign": figures["campaign_id"]})
    assert [one.tags["member"] for one in sent] == [member_id]


def test_the_python_client_sends_a_campaign(
    document: dict[str, Any], environment: dict[str, str], tenant: Tenant, tmp_path: Path
) -> None:
    played = PythonClient(document, tmp_path).plays(environment)
    assert played.returncode == 0, played.stdout
    agrees(tenant, played.stdout, "anna")


def test_the_typescript_client_sends_a_campaign(
    document: dict[str, Any], environment: dict[str, str], tenant: Tenant, tmp_path: Path
) -> None:
    client = TypeScriptClient(document, tmp_path)
    assert client.checked().returncode == 0
    played = client.plays(environment)
    assert played.returncode == 0, played.stdout
    agrees(tenant, played.stdout, "dora")


def test_a_token_is_refused_for_its_age_alone(laptop: LaptopStack, tenant: Tenant) -> None:
    token = laptop.token("viewer", tenant.id)

    def status(shown: str) -> int:
        headers = {"authorization": f"Bearer {shown}"}
        return requests.get(f"{laptop.api_url}/v1/campaigns", headers=headers, timeout=30).status_code

    assert (status(token), status(expired(token, hours=0)), status(expired(token))) == (200, 200, 401)
