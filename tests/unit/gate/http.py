"""HTTP API events (payload version 2.0) as API Gateway makes them, and answers read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.domain.errors import NotFoundError
from functions.api.gate.errors import HttpError
from functions.api.gate.routing import RouteTable
from functions.api.operations import all_operations
from functions.api.reference.openapi import problems_of, successes_of

_ROUTES = RouteTable(all_operations())


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Client:
    """Calls an application as one caller; `claims` None = no authorizer. What it answers has to be documented."""

    answer: Callable[[dict[str, Any], LambdaContext], dict[str, Any]]
    claims: Mapping[str, str] | None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        answered = read(self.answer(event(method, path, body, headers, self.claims), LambdaContext()))
        documented = _documented(method, path.partition("?")[0])
        assert answered.status in (documented or {answered.status}), f"{method} {path} answers {answered.status}"
        return answered

    def get(self, path: str, **headers: str) -> Answered:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answered:
        return self.call("DELETE", path, None, **headers)


def _documented(method: str, path: str) -> set[int] | None:
    """The statuses that the reference names for the operation; None where there is none."""
    try:
        operation, _ = _ROUTES.find(method, path)
    except (HttpError, NotFoundError):
        return None
    return {*successes_of(operation), *problems_of(operation)}


def claims(tenant: str = "gym", role: str = "admin", subject: str = "anna") -> dict[str, str]:
    """Claims as the HTTP API's JWT authorizer hands them over: every value a string."""
    return {"sub": subject, "custom:tenant_id": tenant, "cognito:groups": f"[{role}]"}


def event(
    method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, claimed: Any = None
) -> dict[str, Any]:
    path, _, query = path.partition("?")
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.replace("_", "-").lower(): value for name, value in (headers or {}).items()},
        "requestContext": {"requestId": "req-1", "stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": False,
    }
    if query:
        made["queryStringParameters"] = dict(pair.split("=", 1) for pair in query.split("&"))
    if claimed is not None:
        made["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claimed), "scopes": None}}
    if body is not None:
        made["body"] = body if isinstance(body, str) else json.dumps(body)
        made["headers"].setdefault("content-type", "application/json")
    return made


def read(response: Mapping[str, Any]) -> Answered:
    headers = dict(response.get("headers") or {})
    body = response.get("body") or ""
    is_json = "json" in headers.get("Content-Type", "")
    return Answered(response["statusCode"], headers, json.loads(body) if is_json and body else body)
