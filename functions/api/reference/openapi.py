"""The OpenAPI 3.1 document: what the resolver knows of the operations, completed with what holds for all of them."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Iterable, Iterator
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from functions.api.gate.application import resolver_of
from functions.api.gate.auth import roles_and_permissions, roles_with
from functions.api.gate.errors import KINDS
from functions.api.gate.routing import Operation
from functions.api.operations import all_operations
from functions.api.reference.components.enumerations import name_enumerations
from functions.api.reference.components.filters import add_filters
from functions.api.reference.components.names import with_short_names
from functions.api.reference.components.presence import require_what_answers_have
from functions.api.reference.components.problems import problem_responses, problem_schemas
from functions.api.reference.components.schemas import SCHEMAS, tidy

_JSON = "application/json"
# The resolver's own error schemas; ours are problem details.
_NOT_OURS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
_ID, _PATH_EXAMPLES = "01k9qjz7t2n4h6p8s0v3x5y7ab", {"domain": "news.studio-nord.example"}
_HEADER_NAMES = {"idempotency-key": "Idempotency-Key", "if-match": "If-Match"}
_INTRODUCTION = """\
Campaigns for businesses with members: write a message, have it approved, and the engine delivers it to the right
members exactly once.

Every request carries a bearer token; the tenant is the token's. Bodies are JSON objects of at most 5 MB; unknown fields
are errors. Instants are ISO 8601 in UTC. Lists come in pages: `next_cursor` of one page is the `cursor` of the next. A
change names the version it is based on, as `version` or `If-Match`. Errors are problem details (RFC 9457)."""
_TAGS = {
    "Campaigns": "Drafted, reviewed, sent, stopped. `actions` of a campaign says what this caller may do with it now.",
    "Series": "A campaign's draft and a calendar rule: once approved, each occurrence gets a campaign of its own.",
    "Recipients": "One row for each member of a campaign's audience: what became of their message, and why.",
    "Preflight": "Before sending: who will get it, who won't and why, what it costs and how long it takes.",
    "Analytics": "What happened, in numbers.",
    "Templates": "Skeletons of messages, in Jinja2.",
    "Segments": "Named parts of the members: filters that are evaluated when a campaign is sent, or fixed lists.",
    "Members": "The people a tenant writes to, with their consent per channel.",
    "Imports": "Members in bulk, from CSV or JSONL.",
    "Privacy": "What members may ask for: all their data as one archive, and to be erased, with a proof.",
    "Senders": "Domains a tenant may send from, and their DNS records.",
    "Follow-ups": "One message to one member at one time, as agreed in a chat; something that happens may cancel it.",
    "Events": "What members do elsewhere, which cancels what waits for it.",
    "Suppressions": "Addresses that get nothing more, and why.",
    "Audit": "Who changed what about consent, suppressions and settings, when and why.",
    "Settings": "The tenant's choices, which hold for everything that it sends.",
    "Plan": "What the tenant's plan allows, and what is used of it.",
    "Tenants": "Businesses on the platform.",
}


@functools.cache
def document(base_url: str) -> str:
    """The document as JSON text, made once per process; `base_url` is where the API is."""
    operations = all_operations()
    return json.dumps(describe(resolver_of(operations), operations, base_url), ensure_ascii=False)


def describe(resolver: APIGatewayHttpResolver, operations: Iterable[Operation], base_url: str) -> dict[str, Any]:
    """The document of these operations, in their order."""
    public = [one for one in operations if one.permission is not None]
    known = with_short_names(json.loads(resolver.get_openapi_json_schema(title="ARIIA Campaigns", version="1")))
    schemas = _schemas(known)
    paths: dict[str, dict[str, Any]] = {}
    for operation in public:
        path = operation.path.replace("<", "{").replace(">", "}")
        method = operation.method.lower()
        paths.setdefault(path, {})[method] = _operation(operation, known["paths"][path][method], schemas)
    refused = {status for operation in public for status in problems_of(operation)}
    parts = {
        "openapi": "3.1.0",
        "info": _information(base_url),
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag, "description": _TAGS.get(tag, "")} for tag in dict.fromkeys(one.tag for one in public)],
        "paths": paths,
        "components": {
            "schemas": {**schemas, **problem_schemas()},
            "responses": problem_responses(refused, base_url),
            "securitySchemes": {"bearer": _bearer()},
        },
    }
    # What it is made of belongs to others, in part, and stays as it is.
    described: dict[str, Any] = json.loads(json.dumps(parts))
    name_enumerations(described)
    return described


def _information(base_url: str) -> dict[str, Any]:
    return {
        "title": "ARIIA Campaigns",
        "version": "1",
        "description": _INTRODUCTION,
        "contact": {"name": "ARIIA Campaigns", "url": f"{base_url}/reference"},
        "license": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
    }


def _schemas(known: dict[str, Any]) -> dict[str, Any]:
    schemas = {name: one for name, one in known["components"]["schemas"].items() if name not in _NOT_OURS}
    for name, schema in schemas.items():
        tidy(schema)
        schema["title"] = name
    require_what_answers_have(known, schemas)
    add_filters(schemas)
    return schemas


def _operation(operation: Operation, known: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    roles = [str(role) for role in roles_with(operation.permission)] if operation.permission else []
    described: dict[str, Any] = {
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": inspect.cleandoc(operation.run.__doc__ or ""),
        "operationId": operation.run.__name__,
        "x-roles": roles,
    }
    if known.get("parameters"):
        described["parameters"] = [_parameter(one) for one in known["parameters"]]
    if "requestBody" in known:
        described["requestBody"] = _request_body(known["requestBody"], schemas)
    answer = known["responses"][str(operation.status)].get("content", {}).get(_JSON, {}).get("schema", {})
    successes = {str(status): _success(status, answer, schemas) for status in successes_of(operation)}
    described["responses"] = {**successes, **_problems(operation)}
    return described


def _parameter(known: dict[str, Any]) -> dict[str, Any]:
    tidy(known["schema"])
    schema = {name: value for name, value in known["schema"].items() if name != "description"}
    plain = {**known, "name": _HEADER_NAMES.get(known["name"], known["name"]), "schema": _without_null(schema)}
    if known["in"] == "path":
        plain["example"] = schema.get("enum", [_PATH_EXAMPLES.get(known["name"], _ID)])[0]
    return plain


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not null."""
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}


def _request_body(known: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _without_null(known["content"][_JSON]["schema"])
    schema.pop("title", None)
    media = {"schema": schema, "example": _example(schema, schemas)}
    return {"required": known.get("required", False), "content": {_JSON: media}}


def _success(status: int, schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if status == 204:
        return {"description": "Done; there is nothing to say."}
    response = {
        "description": {201: "Created", 202: "Accepted: ask again"}.get(status, "The answer"),
        "content": {_JSON: {"schema": schema, "example": _example(schema, schemas)}},
    }
    if status in (201, 202):
        response["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where it is."}}
    return response


def successes_of(operation: Operation) -> list[int]:
    """The statuses that the operation may succeed with."""
    return [operation.status, *([] if operation.or_else is None else [operation.or_else])]


def problems_of(operation: Operation) -> set[int]:
    """The statuses that it may be refused with."""
    statuses = {401, 403, 422, 429, 500, 503, *operation.problems}
    statuses |= {400, 413, 415} if operation.takes_body else set()
    return statuses | ({404} if "<" in operation.path else set())


def _problems(operation: Operation) -> dict[str, Any]:
    kinds = {kind.status: name for name, kind in KINDS.items()}
    refused = sorted(problems_of(operation))
    return {str(status): {"$ref": f"#/components/responses/{kinds[status]}"} for status in refused}


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The schema's own example with its fields in their order; a page's is one item of its list."""
    named = schemas.get(schema.get("$ref", "").removeprefix(SCHEMAS), schema)
    if "examples" in named:
        shown = named["examples"][0]
        return {name: shown[name] for name in named.get("properties", shown) if name in shown}
    items = named.get("properties", {}).get("items", {}).get("items")
    if items is None:
        return None
    return {"items": [_example(items, schemas)], "next_cursor": None}


def _bearer() -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the configured issuer. It names the tenant and the roles: "
        + "; ".join(_role_lines()),
    }


def _role_lines() -> Iterator[str]:
    for role, permissions in roles_and_permissions():
        yield f"{role} may {', '.join(permissions)}"
