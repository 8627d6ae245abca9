"""Working on an export or an erasure, on what its schedule hands over."""

from __future__ import annotations

import pytest

from ariia.bootstrap.privacy_requests import PrivacyRequestsServices
from ariia.domain.creation import Creation
from functions.privacy_requests import handler as module
from functions.privacy_requests.handler import handler
from tests.builders import TENANT
from tests.handlers.context import LambdaContext
from tests.unit.privacy.privacy_desk import QUIET_SECONDS, WHO, PrivacyDesk


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> PrivacyDesk:
    desk = PrivacyDesk().knows_annika()
    monkeypatch.setattr(module, "services", lambda: PrivacyRequestsServices(desk.runs, desk.clock))
    return desk


def test_the_payload_of_its_schedule_makes_the_archive(desk: PrivacyDesk) -> None:
    desk.exports.start(TENANT, WHO, "boss", Creation("e1", "print"))
    desk.clock.advance(10)
    [payload] = desk.schedules.fired(desk.clock.now())
    for _ in range(2):
        assert handler(payload, LambdaContext()) == {"over": True}
    assert desk.exports.get(TENANT, "e1").url is not None
    assert desk.schedules.waiting == {}


def test_an_erasure_comes_back_when_nothing_older_runs_any_more(desk: PrivacyDesk) -> None:
    desk.start(Creation("k1", "print"))
    desk.clock.advance(10)
    [payload] = desk.schedules.fired(desk.clock.now())
    assert handler(payload, LambdaContext()) == {"over": False}
    [(at, next_payload)] = desk.schedules.waiting.values()
    assert at == desk.clock.now() + QUIET_SECONDS * 1000
    desk.clock.advance(QUIET_SECONDS)
    assert handler(next_payload, LambdaContext()) == {"over": True}
    assert desk.erasure("k1").is_over


def test_what_fails_is_raised_and_the_schedule_that_comes_again_is_there(
    desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start(Creation("k1", "print"))
    desk.clock.advance(10)
    [payload] = desk.schedules.fired(desk.clock.now())

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(desk.jobs, "get", breaks)
    with pytest.raises(RuntimeError):
        handler(payload, LambdaContext())
    assert [one[1] for one in desk.schedules.waiting.values()] == [payload]


def test_a_schedule_of_a_job_that_is_gone_does_nothing(desk: PrivacyDesk) -> None:
    for kind in ("export", "erasure"):
        assert handler({"kind": kind, "tenant_id": TENANT, "job_id": "gone"}, LambdaContext()) == {"over": True}
    assert desk.schedules.waiting == {}
