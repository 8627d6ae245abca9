"""The functions have the rights of their roles with the provider too, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.tenant import Tenant


@pytest.fixture(scope="module")
def own_stack() -> Iterator[LaptopStack]:
    """Not that of the other tests: here everybody's sender loses a right."""
    with LaptopStack(wait_scale=0.2) as stack:
        yield stack


def test_sender_without_a_right_pauses_the_campaign_and_sends_it_when_it_has_it(own_stack: LaptopStack) -> None:
    provider = SimulatorClient(own_stack.simulator_url)
    tenant = Tenant(own_stack, provider, "nord")
    tenant.has_people(3)
    rights = provider.rights()
    assert any("template/" in str(one) for one in rights.values())
    provider.grant({key: without_templates(statements) for key, statements in rights.items()})
    campaign = tenant.drafts().sends()
    paused = campaign.until(lambda stats: campaign.read()["paused_at"] is not None, "the campaign pauses itself")
    assert paused["sent"] == 0
    assert "AccessDeniedException" in campaign.read()["pause_reason"]
    provider.grant(rights)
    campaign.act("resume", "editor")
    assert campaign.ends().agrees().statuses() == {"delivered": 3}


def without_templates(statements: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    return [
        one | {"resources": [resource for resource in one["resources"] if "template/" not in resource]}
        for one in statements
    ]
