"""Test sends of campaigns."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate.answers import created, found
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.routing import Routes
from functions.api.test_sends.schemas import TestSendDraft, TestSendView

routes = Routes("Campaigns")
_PATH = "/v1/campaigns/<campaign_id>"


@routes.post(f"{_PATH}/test-send", Permission.SEND, "Send a test of a campaign", status=201, problems=(409, 429))
def send_test(
    campaign_id: str, test: TestSendDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[TestSendView]:
    """The campaign as it stands, with `[Test]` before its subject, to at most ten addresses. It must be complete, as
    for submitting. Addresses that are suppressed or opted out are refused (422), and nothing is sent then. Tests count
    for no plan; a tenant may send 100 messages an hour."""
    path = f"/v1/campaigns/{campaign_id}/test-send"
    repeatable = creation(caller, path, key, test.model_dump(mode="json", exclude_unset=True))
    made = services.test_sends.send(
        caller.tenant_id, campaign_id, caller.subject, test.addresses, test.member_id, repeatable
    )
    view = TestSendView.of(made.entity)
    return created(view, f"/v1/campaigns/{campaign_id}/test-sends/{view.id}", replayed=made.replayed)


@routes.get(f"{_PATH}/test-sends/<test_send_id>", Permission.READ, "Read a test send")
def read_test_send(
    campaign_id: str, test_send_id: str, caller: CurrentCaller, services: Services
) -> Response[TestSendView]:
    """What became of it at each address."""
    return found(TestSendView.of(services.test_sends.get(caller.tenant_id, campaign_id, test_send_id)))
