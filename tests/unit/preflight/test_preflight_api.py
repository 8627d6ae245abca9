"""The preflight over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ariia.services.preflight.preflight import Preflights
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.preflight import routes as preflight
from tests.unit.gate.http import Client, claims
from tests.unit.preflight.preflight_desk import YOGA, Desk, crowd
from tests.unit.tenants.test_tenants_and_senders import SETTINGS


@dataclass
class Services:
    """The one of the services behind the API that these routes use."""

    preflights: Preflights


def client_of(desk: Desk, role: str = "editor", tenant: str = "t1") -> Client:
    application = Application(RouteTable(preflight.routes.operations), lambda: SETTINGS)
    application.resolver.dependency_overrides[dependencies.services] = lambda: Services(desk.service)
    return Client(application.answer, claims(tenant, role))


@pytest.fixture
def large() -> Desk:
    desk = Desk(at_once=50)
    crowd(desk)
    desk.campaign(**YOGA)
    return desk


def test_small_audience_answers_with_everything() -> None:
    desk = Desk()
    crowd(desk)
    desk.campaign(**YOGA)
    answer = client_of(desk).post("/v1/campaigns/c1/preflight")
    assert answer.status == 200
    assert answer.body["counts"] == {
        "matched": 98,
        "will_get": 91,
        "deferred": 0,
        "excluded": {"no_consent": 2, "duplicate_address": 5},
        "segments": {},
        "left_out": {},
    }
    assert answer.body["cost"]["total"] == pytest.approx(0.0149, abs=1e-4)
    assert [day["messages"] for day in answer.body["duration"]["days"]] == [91]
    assert (answer.body["progress"], answer.body["is_current"]) == ({"done": 4, "total": 4}, True)
    assert answer.body["findings"] == []
    assert answer.body["summary"] == {"errors": 0, "warnings": 0, "may_be_sent": True}
    assert answer.body["cost"]["by_channel"] == {"email": answer.body["cost"]["total"]}
    assert (answer.body["duration"]["in_words"], answer.body["duration"]["timezone"]) == ("91 today", "Europe/Berlin")
    assert answer.body["plan"] == {
        "plan": "starter",
        "allowed": True,
        "uses": 1,
        "limit": 1,
        "left": 0,
        "resets_at": "2027-01-31T23:00:00.000Z",
        "lifted_by": None,
    }


def test_large_audience_answers_with_where_to_read_the_result(large: Desk) -> None:
    client = client_of(large)
    started = client.post("/v1/campaigns/c1/preflight")
    assert (started.status, started.body["counts"]) == (202, None)
    large.work_off()
    large.clock.advance(7)
    result = client.get(started.headers["Location"])
    assert (result.status, result.body["status"], result.body["age_seconds"]) == (200, "finished", 7)
    assert result.body["counts"]["will_get"] == 91


def test_viewer_reads_but_does_not_run(large: Desk) -> None:
    assert client_of(large, "viewer").post("/v1/campaigns/c1/preflight").status == 403
    assert client_of(large, "viewer").get("/v1/campaigns/c1/preflight").status == 404


def test_another_tenants_campaign_is_404(large: Desk) -> None:
    assert client_of(large, tenant="t2").post("/v1/campaigns/c1/preflight").status == 404
