"""The JSON Schema (2020-12) of `filter_json`, made from the tables that the validator uses.

Three rules have no words in JSON Schema and are the validator's alone: the size of the whole filter, the order of two
bounds, and whether a date is in the calendar."""

from __future__ import annotations

from functools import cache
from typing import Any

from ariia.domain.member import ConsentStatus
from ariia.domain.member_text import MAX_TAG, TAG_PATTERN

from .expression import MAX_DEPTH, MAX_PARTS
from .fields import ATTRIBUTE_PATTERN, FACT_PATTERN, FIXED
from .operators import OPERANDS, Kind, Op, Operand
from .values import MAX_DAYS, MAX_ITEMS, MAX_NUMBER, MAX_TEXT, MOMENT_PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT, "pattern": "\\S"}
_TAG: Schema = {"type": "string", "maxLength": MAX_TAG, "pattern": TAG_PATTERN}
_NUMBER: Schema = {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
_MOMENT: Schema = {"type": "string", "pattern": MOMENT_PATTERN}
_SCALAR: Schema = {"anyOf": [_TEXT, _NUMBER, {"type": "boolean"}]}
_CONSENT: Schema = {"enum": [str(status) for status in ConsentStatus]}


def _several(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "maxItems": MAX_ITEMS, "items": item}


def _pair(item: Schema) -> Schema:
    return {"type": "array", "minItems": 2, "maxItems": 2, "items": item}


_VALUES: dict[Operand, Schema] = {
    Operand.TEXT: _TEXT,
    Operand.TEXTS: _several(_TEXT),
    Operand.TAG: _TAG,
    Operand.TAGS: _several(_TAG),
    Operand.CONSENT: _CONSENT,
    Operand.CONSENTS: _several(_CONSENT),
    Operand.SCALAR: _SCALAR,
    Operand.SCALARS: _several(_SCALAR),
    Operand.NUMBER: _NUMBER,
    Operand.MOMENT: _MOMENT,
    Operand.MOMENTS: _pair(_MOMENT),
    Operand.RANGE: {"anyOf": [_pair(_NUMBER), _pair(_MOMENT)]},
    Operand.DAYS: {"type": "integer", "minimum": 1, "maximum": MAX_DAYS},
    Operand.FLAG: {"type": "boolean"},
}


@cache
def filter_schema() -> Schema:
    """The schema as a document of its own."""
    levels = {f"level{level}": _level(level) for level in range(MAX_DEPTH, 0, -1)}
    values = {f"value_{operand}": schema for operand, schema in _VALUES.items()}
    return {
        "$schema": DIALECT,
        "title": "filter_json",
        "description": "An expression over one member. A missing value satisfies nothing but ne and exists: false.",
        "$ref": f"#/$defs/level{MAX_DEPTH}",
        "$defs": {**levels, "condition": _condition(), **values},
    }


def _level(level: int) -> Schema:
    condition = {"$ref": "#/$defs/condition"}
    if level == 1:
        return condition
    below = {"$ref": f"#/$defs/level{level - 1}"}
    group = {"type": "array", "minItems": 1, "maxItems": MAX_PARTS, "items": below}
    return {"anyOf": [condition, _only("all", group), _only("any", group), _only("not", below)]}


def _only(name: str, schema: Schema) -> Schema:
    return {"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": False}


def _condition() -> Schema:
    return {"anyOf": [_alternative(kind, op) for kind in Kind for op in OPERANDS[kind]]}


def _alternative(kind: Kind, op: Op) -> Schema:
    value = {"$ref": f"#/$defs/value_{OPERANDS[kind][op]}"}
    return {
        "type": "object",
        "properties": {"field": _FIELDS[kind], "op": {"const": str(op)}, "value": value},
        "required": ["field", "op", "value"],
        "additionalProperties": False,
    }


_FIELDS: dict[Kind, Schema] = {
    Kind.CUSTOM: {"type": "string", "pattern": ATTRIBUTE_PATTERN},
    Kind.FACT: {"type": "string", "pattern": FACT_PATTERN},
    **{
        kind: {"enum": [field.name for field in FIXED.values() if field.kind is kind]}
        for kind in (Kind.TEXT, Kind.TAGS, Kind.CONSENT, Kind.INSTANT)
    },
}
