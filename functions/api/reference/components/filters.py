"""The filters of segments: a schema that refers to itself, which code generators understand. How deep a filter may be
is said by the schema at `GET /v1/segments/schema` alone."""

from __future__ import annotations

from typing import Any

from ariia.domain.audience.filters.expression import MAX_DEPTH
from ariia.domain.audience.filters.schema import DESCRIPTION, conditions, groups
from functions.api.reference.components.schemas import pascal, reference

_FILTER, _NONE = "SegmentFilter", "NoFilter"
# The engine's word, and the one that the API's readers know.
_CUSTOM, _ATTRIBUTE = "custom", "attribute"


def add_filters(schemas: dict[str, Any]) -> None:
    """Adds the components of filters to `schemas`, and gives every `filter_json` in them that type."""
    parts = {f"{_named(name)}Condition": schema for name, schema in conditions().items()}
    parts |= {f"{pascal(name)}Filter": schema for name, schema in groups(reference(_FILTER)).items()}
    schemas |= {name: {"title": name, **schema} for name, schema in parts.items()}
    for schema in schemas.values():
        described = schema.get("properties", {}).get("filter_json")
        if described is not None:
            described.pop("additionalProperties", None)
            described.pop("type", None)
            described["anyOf"] = [reference(_FILTER), reference(_NONE)]
    schemas[_FILTER] = {
        "title": _FILTER,
        "description": f"{DESCRIPTION} At most {MAX_DEPTH} levels deep.",
        "anyOf": [reference(name) for name in parts],
    }
    schemas[_NONE] = {
        "title": _NONE,
        "description": "Of a static segment, which is a list.",
        "type": "object",
        "maxProperties": 0,
        "additionalProperties": False,
    }


def _named(condition: str) -> str:
    return pascal(condition.replace(_CUSTOM, _ATTRIBUTE))
