"""Bringing single messages on, by what their schedules hand over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ariia.bootstrap.tend_messages import TendMessagesServices
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.tenant import TenantSettings
from ariia.services.revisits import Revisits
from ariia.services.single_messages.care import SingleLooks
from functions.tend_messages import handler as module
from functions.tend_messages.handler import handler
from tests.builders import TENANT
from tests.handlers.context import LambdaContext
from tests.unit.confirmations.confirmation_desk import ConfirmationDesk
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FollowUpDesk:
    desk = FollowUpDesk()
    looks = SingleLooks(Revisits(desk.schedules, desk.clock), desk.world.settler)
    made = TendMessagesServices(desk.runs, looks, ConfirmationDesk().mails, desk.lifted)
    monkeypatch.setattr(module, "services", lambda: made)
    return desk


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> ConfirmationDesk:
    asking, desk = ConfirmationDesk(), FollowUpDesk()
    looks = SingleLooks(Revisits(desk.schedules, desk.clock), desk.world.settler)
    monkeypatch.setattr(module, "services", lambda: TendMessagesServices(desk.runs, looks, asking.mails, asking.lifted))
    return asking


def test_the_payload_of_its_schedule_sends_it_once(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    [payload] = desk.schedules.fired(desk.clock.now())
    for _ in range(2):
        assert handler(payload, LambdaContext()) == {"status": "pending"}
    desk.send()
    assert handler(payload, LambdaContext()) == {"status": "sent"}
    assert desk.world.provider.members == ["anna"]
    assert desk.stored(made).status == "sent"


def test_what_was_lifted_lets_a_follow_up_go_that_waits_for_it(desk: FollowUpDesk) -> None:
    tenant = desk.tenants.get(TENANT)
    assert tenant is not None
    tenant.settings = TenantSettings(quiet_hours={"email": QuietHours("09:00", "20:00")})
    desk.tenants.save(tenant, [])
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    [due] = desk.schedules.fired(desk.clock.now())
    assert handler(due, LambdaContext()) == {"status": "pending"}

    desk.lifting.announce(TENANT)
    tenant.settings = TenantSettings()
    desk.tenants.save(tenant, [])
    desk.clock.advance(60)
    [announced] = desk.schedules.fired(desk.clock.now())
    assert handler(announced, LambdaContext()) == {"status": "lifted"}
    desk.clock.advance(60)
    for payload in desk.schedules.fired(desk.clock.now()):
        assert handler(payload, LambdaContext()) == {"status": "pending"}
    desk.send()
    assert handler(due, LambdaContext()) == {"status": "sent"}
    assert desk.stored(made).status == "sent"


def test_a_schedule_without_its_follow_up_does_nothing(desk: FollowUpDesk) -> None:
    assert handler({"kind": "follow_up", "tenant_id": TENANT, "follow_up_id": "nothing"}, LambdaContext()) == {
        "status": "never saved"
    }
    assert desk.schedules.waiting == {}


def test_what_fails_is_raised_and_the_schedule_that_comes_again_is_there(
    desk: FollowUpDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    [payload] = desk.schedules.fired(desk.clock.now())

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(desk.tenants, "get", breaks)
    with pytest.raises(RuntimeError):
        handler(payload, LambdaContext())
    assert [one[1]["follow_up_id"] for one in desk.schedules.waiting.values()] == [made.id]


def test_a_test_send_that_was_never_prepared_is_over(desk: FollowUpDesk) -> None:
    container = container_id(DispatchKind.TEST, TENANT, "one")
    payload = {"tenant_id": TENANT, "container_id": container, "member_ids": ["email-1"], "until": 2**42}
    payload["kind"] = "message"
    assert handler(payload, LambdaContext()) == {"status": "over"}
    assert desk.schedules.waiting == {}


def fired(asking: ConfirmationDesk) -> dict[str, Any]:
    asking.sign_up()
    asking.clock.advance(10)
    [payload] = asking.schedules.fired(asking.clock.now())
    # As it comes from EventBridge Scheduler.
    found: dict[str, Any] = json.loads(json.dumps(payload))
    return found


def test_the_payload_of_its_schedule_asks_for_a_confirmation_once(asking: ConfirmationDesk) -> None:
    payload = fired(asking)
    for _ in range(2):
        assert handler(payload, LambdaContext()) == {"status": "pending"}
    while asking.world.queue.waiting:
        asking.world.work_off()
    assert asking.asked == ["anna@example.com"]
    assert handler(payload, LambdaContext()) == {"status": "over"}


def test_a_question_that_fails_is_raised_and_comes_again(
    asking: ConfirmationDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = fired(asking)

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(asking.tenants, "get", breaks)
    with pytest.raises(RuntimeError):
        handler(payload, LambdaContext())
    assert [one[1] for one in asking.schedules.waiting.values()] == [payload]
