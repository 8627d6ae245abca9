"""Which operator goes with which kind of field, and what it takes: the whole type system as one table."""

from __future__ import annotations

from enum import StrEnum


class Op(StrEnum):
    """The operators of a condition."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    CONTAINS = "contains"
    PREFIX = "prefix"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    EXISTS = "exists"
    WITHIN_LAST = "within_last"
    OLDER_THAN = "older_than"
    BEFORE = "before"
    AFTER = "after"


class Kind(StrEnum):
    """What a field holds. A `custom` one holds whatever the tenant has put there; a `fact` is true or false of every
    member."""

    TEXT = "text"
    TAGS = "tags"
    CONSENT = "consent"
    INSTANT = "instant"
    CUSTOM = "custom"
    FACT = "fact"


class Operand(StrEnum):
    """What stands in `value`."""

    TEXT = "text"
    TEXTS = "texts"
    TAG = "tag"
    TAGS = "tags"
    CONSENT = "consent"
    CONSENTS = "consents"
    SCALAR = "scalar"
    SCALARS = "scalars"
    NUMBER = "number"
    MOMENT = "moment"
    MOMENTS = "moments"
    RANGE = "range"
    DAYS = "days"
    FLAG = "flag"


_TIMES = {
    Op.BEFORE: Operand.MOMENT,
    Op.AFTER: Operand.MOMENT,
    Op.BETWEEN: Operand.MOMENTS,
    Op.WITHIN_LAST: Operand.DAYS,
    Op.OLDER_THAN: Operand.DAYS,
    Op.EXISTS: Operand.FLAG,
}
OPERANDS: dict[Kind, dict[Op, Operand]] = {
    Kind.TEXT: {
        Op.EQ: Operand.TEXT,
        Op.NE: Operand.TEXT,
        Op.IN: Operand.TEXTS,
        Op.CONTAINS: Operand.TEXT,
        Op.PREFIX: Operand.TEXT,
        Op.EXISTS: Operand.FLAG,
    },
    Kind.TAGS: {Op.CONTAINS: Operand.TAG, Op.IN: Operand.TAGS, Op.EXISTS: Operand.FLAG},
    Kind.CONSENT: {
        Op.EQ: Operand.CONSENT,
        Op.NE: Operand.CONSENT,
        Op.IN: Operand.CONSENTS,
        Op.EXISTS: Operand.FLAG,
    },
    Kind.INSTANT: _TIMES,
    Kind.CUSTOM: {
        **_TIMES,
        Op.EQ: Operand.SCALAR,
        Op.NE: Operand.SCALAR,
        Op.IN: Operand.SCALARS,
        Op.CONTAINS: Operand.SCALAR,
        Op.PREFIX: Operand.TEXT,
        Op.GT: Operand.NUMBER,
        Op.GTE: Operand.NUMBER,
        Op.LT: Operand.NUMBER,
        Op.LTE: Operand.NUMBER,
        Op.BETWEEN: Operand.RANGE,
    },
    Kind.FACT: {Op.EQ: Operand.FLAG, Op.NE: Operand.FLAG},
}
