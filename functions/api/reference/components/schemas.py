"""Walking through JSON Schemas: what is a schema in them, and not an example or a default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
SCHEMAS = "#/components/schemas/"
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ONE = ("items", "additionalProperties", "propertyNames", "not")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")


def reference(name: str) -> Schema:
    """A reference to the component of that name."""
    return {"$ref": f"{SCHEMAS}{name}"}


def pascal(name: str) -> str:
    """`follow_up_condition` as FollowUpCondition."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def within(name: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every schema in `schema`, itself first, with the name of the property that it is of: `name`, or one below it."""
    yield name, schema
    for each, below in schema.get("properties", {}).items():
        yield from within(each, below)
    for keyword in _ONE:
        if isinstance(schema.get(keyword), dict):
            yield from within(name, schema[keyword])
    for keyword in _SEVERAL:
        for below in schema.get(keyword, ()):
            yield from within(name, below)


def of_document(document: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
    """Every schema of an OpenAPI document, in its order, as `within` gives them."""
    for name, schema in document["components"]["schemas"].items():
        yield from within(name, schema)
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                yield from within(parameter["name"], parameter["schema"])
            for content in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in content.get("content", {}).values():
                    yield from within(operation["operationId"], media["schema"])


def tidy(schema: Schema) -> None:
    """Takes out of `schema` what tools have put there for themselves: titles of properties, from which generators make
    names, and whole numbers written as fractions."""
    for _, one in within("", schema):
        one.pop("title", None)
        for limit in _LIMITS:
            if isinstance(one.get(limit), float) and one[limit].is_integer():
                one[limit] = int(one[limit])
