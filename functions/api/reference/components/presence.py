"""Which properties are always there. An answer has all of its properties, also those whose classes have a default; of a
request's, those may be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.api.reference.components.schemas import SCHEMAS, Schema, within


def require_what_answers_have(known: Mapping[str, Any], schemas: Mapping[str, Schema]) -> None:
    """Makes every property required in those `schemas` that no request body of the document `known` is made of."""
    bodies = [
        media["schema"]
        for methods in known["paths"].values()
        for operation in methods.values()
        for media in operation.get("requestBody", {}).get("content", {}).values()
    ]
    asked = _reachable(bodies, schemas)
    for name, schema in schemas.items():
        if name not in asked and "properties" in schema:
            schema["required"] = list(schema["properties"])


def _reachable(roots: list[Schema], schemas: Mapping[str, Schema]) -> set[str]:
    found: set[str] = set()
    waiting = [name for root in roots for name in _references(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(schema: Schema) -> Iterator[str]:
    for _, one in within("", schema):
        if "$ref" in one:
            yield one["$ref"].removeprefix(SCHEMAS)
