"""The JSON Schema (2020-12) of `filter_json`, made from the tables that the validator uses.

Three rules have no words in JSON Schema and are the validator's alone: the size of the whole filter, the order of two
bounds, and whether a date is in the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ariia.domain.audience.filters.expression import MAX_DEPTH, MAX_PARTS
from ariia.domain.audience.filters.fields import ATTRIBUTE_PATTERN, FACT_PATTERN, names_of
from ariia.domain.audience.filters.operators import OPERANDS, Kind, Op, Operand
from ariia.domain.audience.filters.values import MAX_DAYS, MAX_ITEMS, MAX_NUMBER, MAX_TEXT, MOMENT_PATTERN
from ariia.domain.members.member import ConsentStatus
from ariia.domain.text_values import MAX_TAG, TAG_PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
DESCRIPTION = "An expression over one member. A missing value satisfies nothing but ne and exists: false."

_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT, "pattern": "\\S"}
_TAG: Schema = {"type": "string", "maxLength": MAX_TAG, "pattern": TAG_PATTERN}
_NUMBER: Schema = {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
_MOMENT: Schema = {"type": "string", "pattern": MOMENT_PATTERN}
_SCALAR: Schema = {"anyOf": [_TEXT, _NUMBER, {"type": "boolean"}]}
_CONSENT: Schema = {"type": "string", "enum": [str(status) for status in ConsentStatus]}


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
    """The schema as a document of its own. Its levels say how deep a filter may be."""
    levels = {f"level{level}": _level(level) for level in range(MAX_DEPTH, 0, -1)}
    return {
        "$schema": DIALECT,
        "title": "filter_json",
        "description": DESCRIPTION,
        "$ref": f"#/$defs/level{MAX_DEPTH}",
        "$defs": {**levels, "condition": {"anyOf": [*conditions().values()]}},
    }


def conditions() -> dict[str, Schema]:
    """The schema of each kind of condition, by a name of its own: which fields, which operators, which value."""
    together: dict[tuple[Kind, Operand], list[Op]] = {}
    for kind in Kind:
        for op, operand in OPERANDS[kind].items():
            together.setdefault((kind, operand), []).append(op)
    return {_name(kind, operand): _condition(kind, operand, ops) for (kind, operand), ops in together.items()}


def groups(below: Schema) -> dict[str, Schema]:
    """The schema of each way to combine filters that fit `below`, by its key."""
    several = {"type": "array", "minItems": 1, "maxItems": MAX_PARTS, "items": below}
    return {"all": _only("all", several), "any": _only("any", several), "not": _only("not", below)}


def _level(level: int) -> Schema:
    condition = {"$ref": "#/$defs/condition"}
    if level == 1:
        return condition
    return {"anyOf": [condition, *groups({"$ref": f"#/$defs/level{level - 1}"}).values()]}


def _only(name: str, schema: Schema) -> Schema:
    return {"type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": False}


def _name(kind: Kind, operand: Operand) -> str:
    """`tag` and `tags` say by themselves that they are of tags; `flag` does not."""
    return str(operand) if operand.startswith(kind.removesuffix("s")) else f"{kind}_{operand}"


def _condition(kind: Kind, operand: Operand, ops: list[Op]) -> Schema:
    return {
        "type": "object",
        "properties": {"field": _FIELDS[kind], "op": _one_of(ops), "value": _VALUES[operand]},
        "required": ["field", "op", "value"],
        "additionalProperties": False,
    }


def _one_of(values: Sequence[str]) -> Schema:
    return (
        {"const": str(values[0])} if len(values) == 1 else {"type": "string", "enum": [str(value) for value in values]}
    )


_FIELDS: dict[Kind, Schema] = {
    Kind.CUSTOM: {"type": "string", "pattern": ATTRIBUTE_PATTERN},
    Kind.FACT: {"type": "string", "pattern": FACT_PATTERN},
    **{kind: _one_of(names_of(kind)) for kind in (Kind.TEXT, Kind.TAGS, Kind.CONSENT, Kind.INSTANT)},
}
