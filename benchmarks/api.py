"""The HTTP API: CPU and requests a second of the common routes, the handler invoked directly."""

from __future__ import annotations

import time
from typing import Any

from functions.api import handler as api

from .engine import RunningCampaign
from .measuring import LambdaContext, cpu_per_call, quiet
from .message import CAMPAIGN, TENANT
from .stub.members import member_id
from .stub_process import StubClient

_CALLS = 40
_CONTEXT: Any = LambdaContext()
ROUTES = {
    "list_campaigns": "/v1/campaigns",
    "get_campaign": f"/v1/campaigns/{CAMPAIGN}",
    "get_statistics": f"/v1/campaigns/{CAMPAIGN}/stats",
    "get_member": f"/v1/members/{member_id(0, 1)}",
}


def measure(stub: StubClient) -> dict[str, Any]:
    """By route; one process, one request after the other, as a Lambda environment works."""
    make_campaign(stub)
    figures = {}
    with quiet():
        for name, path in ROUTES.items():
            figures[name] = _route(event_of(path))
    return {"routes": figures}


def make_campaign(stub: StubClient) -> None:
    """What the routes read: one campaign, planned."""
    stub.reset(members_per_shard=10)
    with quiet():
        running = RunningCampaign(stub, CAMPAIGN)
        running.start()
        running.plan()


def _route(event: dict[str, Any]) -> dict[str, float]:
    def ask() -> None:
        answer = api.handler(event, _CONTEXT)
        assert answer["statusCode"] == 200, answer

    cpu = cpu_per_call(ask, _CALLS)
    began = time.perf_counter()
    for _ in range(_CALLS):
        ask()
    return {
        "cpu_ms_per_request": round(1000 * cpu, 2),
        "requests_per_second": round(_CALLS / (time.perf_counter() - began)),
    }


def event_of(path: str) -> dict[str, Any]:
    """A GET of `path` by an admin, as the HTTP API hands it over."""
    claims = {"sub": "anna", "custom:tenant_id": TENANT, "cognito:groups": "[admin]"}
    return {
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": "application/json"},
        "requestContext": {
            "requestId": "request",
            "stage": "$default",
            "http": {"method": "GET", "path": path, "sourceIp": "192.0.2.1"},
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
        },
        "isBase64Encoded": False,
    }
