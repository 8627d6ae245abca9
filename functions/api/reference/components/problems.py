"""Problems and other refusals in the OpenAPI document: their schemas and responses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.api.gate.errors import KINDS, MEDIA_TYPE
from functions.api.reference.components.schemas import Schema, reference

_JSON = "application/json"
_PROBLEM: Schema = {
    "title": "Problem",
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Which kind of problem; leads to its description."},
        "title": {"type": "string", "description": "What kind of problem it is, in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong this time."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "problems": {
            "type": "array",
            "description": "Each wrong field (422).",
            "items": reference("FieldProblem"),
        },
        "actions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What this caller may do with it now, by the names of the operations (409).",
        },
        "findings": {
            "type": "array",
            "description": "What the preflight found wrong, all of it (409).",
            "items": reference("FindingView"),
        },
        "despite": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Codes of those findings that the caller may accept by naming them in `despite` (409).",
        },
        "feature": {"type": "string", "description": "What the plan limits (402)."},
        "plan": {"type": "string", "description": "The tenant's plan (402)."},
        "limit": {"type": "integer", "description": "How many the plan allows; 0 = it lacks the feature (402)."},
        "used": {"type": "integer", "description": "How many are used, or exist (402)."},
        "reserved": {"type": "integer", "description": "How many wait for their planned send (402)."},
        "resets_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When the limit starts anew; null = it does not (402).",
        },
        "lifted_by": {"type": ["string", "null"], "description": "The smallest plan that allows more (402)."},
        "correlation_id": {"type": "string", "description": "Names the log entry (500)."},
    },
}
_EXTRAS: dict[str, dict[str, Any]] = {
    "invalid": {
        "problems": [
            {
                "field": "limit",
                "message": "input should be less than or equal to 100",
                "value": 500,
                "allowed": "at most 100",
            }
        ]
    },
    "limit": {
        "feature": "broadcasts",
        "plan": "starter",
        "limit": 1,
        "used": 1,
        "reserved": 0,
        "resets_at": "2026-03-31T22:00:00.000Z",
        "lifted_by": "professional",
    },
    "conflict": {"actions": ["resume", "cancel"]},
    "internal": {"correlation_id": "JKJaXmPLvHcESHA="},
}
_FIELD_PROBLEM: Schema = {
    "title": "FieldProblem",
    "type": "object",
    "description": "One wrong field of a request.",
    "required": ["field", "message"],
    "properties": {
        "field": {"type": "string", "description": "Its place in the body, or the name of a parameter."},
        "message": {"type": "string", "description": "What is wrong with it."},
        "value": {"description": "What was sent, shortened."},
        "allowed": {"description": "What may be sent instead."},
        "line": {"type": "integer", "description": "The line in a template."},
    },
}
_GATEWAY_MESSAGE: Schema = {
    "title": "GatewayMessage",
    "type": "object",
    "description": "What API Gateway says by itself, where no request reaches the API or no answer comes back.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
# What API Gateway answers by itself. It checks tokens before the API runs, so a 401 is never a problem document. HTTP
# APIs have no way to change these bodies.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
_BY_THE_GATEWAY = {
    "unauthorized": "Unauthorized",
    "too-large": "Request Entity Too Large",
    "rate-limited": "Too Many Requests",
    "internal": "Internal Server Error",
    "unavailable": "Service Unavailable",
}
_ONLY_BY_THE_GATEWAY = "unauthorized"


def problem_schemas() -> dict[str, Schema]:
    """The components that responses of refused requests are made of."""
    return {"Problem": _PROBLEM, "FieldProblem": _FIELD_PROBLEM, "GatewayMessage": _GATEWAY_MESSAGE}


def problem_responses(statuses: Iterable[int], base_url: str) -> dict[str, Any]:
    """The responses of these statuses, by the names of their kinds."""
    asked = set(statuses)
    return {kind: _response(kind, base_url) for kind, known in KINDS.items() if known.status in asked}


def problem_example(kind: str, base_url: str) -> dict[str, Any]:
    """What a refusal of that kind looks like."""
    if kind == _ONLY_BY_THE_GATEWAY:
        return {"message": _BY_THE_GATEWAY[kind]}
    status, title = KINDS[kind].status, KINDS[kind].title
    shown = {"type": f"{base_url}/reference#problem-{kind}", "title": title, "status": status, "detail": title}
    return {**shown, "instance": "/v1/campaigns", **_EXTRAS.get(kind, {})}


def _response(kind: str, base_url: str) -> dict[str, Any]:
    problem, message = reference("Problem"), reference("GatewayMessage")
    by_the_gateway = {"schema": message, "example": {"message": _BY_THE_GATEWAY.get(kind, "")}}
    response: dict[str, Any] = {"description": KINDS[kind].title}
    if kind == _ONLY_BY_THE_GATEWAY:
        header = {"schema": {"type": "string"}, "description": "What is wrong with the token (RFC 6750)."}
        return response | {"headers": {"WWW-Authenticate": header}, "content": {_JSON: by_the_gateway}}
    example = problem_example(kind, base_url)
    if kind not in _BY_THE_GATEWAY:
        return response | {"content": {MEDIA_TYPE: {"schema": problem, "example": example}}}
    # Clients that look at the first media type only get along with both.
    either = {"schema": {"anyOf": [problem, message]}, "example": example}
    return response | {"content": {MEDIA_TYPE: either, _JSON: by_the_gateway}}
