"""Declared variables (`variables_json`): reading the declaration, and giving each one its value for a member."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ariia.domain.content.variables.roots import ROOTS
from ariia.domain.content.variables.typed_values import CONVERTERS
from ariia.domain.errors import InvalidError, Problem

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
_RESERVED = ROOTS | {
    "loop",
    "self",
    "super",
    "caller",
    "varargs",
    "kwargs",
    "range",
    "dict",
    "namespace",
    "true",
    "false",
}
_KEYS = ("name", "type", "default", "required")
_MAX_VARIABLES = 100


class VariableType(StrEnum):
    """What a variable's value must be; text is read as the type (`"12"` is a number, `"2026-03-01"` a date)."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    URL = "url"


@dataclass(frozen=True)
class Variable:
    """One declared placeholder; `default` is converted to its type already, None when there is none."""

    name: str
    type: VariableType = VariableType.STRING
    default: Any = None
    required: bool = False


def parse_variables(declared: Any) -> tuple[Variable, ...]:
    """The variables of a `variables_json`: a list of `{name, type, default, required}`, or a mapping from name to the
    rest (or to just the type). InvalidError with a problem for each entry that is wrong."""
    variables: dict[str, Variable] = {}
    problems: list[Problem] = []
    for field, entry in _entries(declared):
        try:
            variable = _parse_entry(entry)
            if variable.name in variables:
                raise ValueError(f"the variable '{variable.name}' is declared twice")
            variables[variable.name] = variable
        except (TypeError, ValueError) as error:
            problems.append(Problem(field, str(error), value=entry))
    if problems:
        raise InvalidError(f"variables_json: {problems[0].message}", problems=problems)
    return tuple(variables.values())


def required_of_members(declared: Any, campaign_values: Mapping[str, Any]) -> list[str]:
    """Names of the variables that a message needs and only a member's attributes can fill."""
    return [
        one.name
        for one in parse_variables(declared)
        if one.required and one.default is None and _is_blank(campaign_values.get(one.name))
    ]


class VariableValues:
    """Gives the declared variables their values: the campaign's, else the member's attribute of that name, else the
    default. What the campaign decides is converted once, so that a member costs only what differs."""

    def __init__(self, variables: Iterable[Variable], campaign_values: Mapping[str, Any]) -> None:
        """InvalidError naming each of `campaign_values` that isn't declared or isn't of its type."""
        declared = {variable.name: variable for variable in variables}
        self.fixed: dict[str, Any] = {}
        problems = []
        for name, value in campaign_values.items():
            try:
                if name not in declared:
                    raise ValueError(f"the variable '{name}' is not declared")
                if not _is_blank(value):
                    self.fixed[name] = convert(declared[name], value)
            except ValueError as error:
                problems.append(Problem(f"values.{name}", str(error), value=value))
        if problems:
            raise InvalidError(problems[0].message, problems=problems)
        is_open = (variable for variable in declared.values() if variable.name not in self.fixed)
        self._open = [(variable.name, CONVERTERS[variable.type], variable) for variable in is_open]

    def of(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Every variable that has a value for a member with `attributes`; InvalidError naming a required one without.

        An optional one without value stays out, which a template that prints it reports as an unknown variable.
        """
        values = dict(self.fixed)
        for name, converted, variable in self._open:
            value = attributes.get(name)
            if value is not None and value != "":
                try:
                    values[name] = converted(value)
                except (TypeError, ValueError) as error:
                    raise _invalid(name, _mismatch(variable, error)) from error
            elif variable.default is not None:
                values[name] = variable.default
            elif variable.required:
                raise _invalid(name, f"the required variable '{name}' has no value for this member")
        return values


def convert(variable: Variable, value: Any) -> Any:
    """`value` as the variable's type: str, int or float, bool, date or datetime, or an http(s) URL. ValueError
    naming the variable otherwise."""
    try:
        return CONVERTERS[variable.type](value)
    except (TypeError, ValueError) as error:
        raise ValueError(_mismatch(variable, error)) from error


def _mismatch(variable: Variable, error: Exception) -> str:
    return f"the variable '{variable.name}' is no {variable.type}: {error}"


def _entries(declared: Any) -> list[tuple[str, Any]]:
    if declared is None:
        return []
    if isinstance(declared, Mapping):
        named = [
            (f"variables_json.{name}", {**(body if isinstance(body, Mapping) else {"type": body}), "name": name})
            for name, body in declared.items()
        ]
    elif isinstance(declared, (list, tuple)):
        named = [(f"variables_json[{index}]", entry) for index, entry in enumerate(declared)]
    else:
        raise _invalid("variables_json", "variables_json is a list or an object")
    if len(named) > _MAX_VARIABLES:
        raise _invalid("variables_json", f"at most {_MAX_VARIABLES} variables can be declared")
    return named


def _parse_entry(entry: Any) -> Variable:
    if not isinstance(entry, Mapping):
        raise TypeError("each variable is an object with name, type, default and required")
    unknown = [key for key in entry if key not in _KEYS]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is not one of {', '.join(_KEYS)}")
    name, kind, required = entry.get("name"), entry.get("type") or VariableType.STRING, entry.get("required", False)
    if not isinstance(name, str) or not _NAME.match(name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no variable name: a letter, then letters, digits and _, at most 64")
    if name in _RESERVED:
        raise ValueError(f"'{name}' is always available and can't be declared")
    if not isinstance(required, bool):
        raise TypeError("required is true or false")
    try:
        variable = Variable(name, VariableType(kind), None, required)
    except ValueError:
        raise ValueError(f"{kind!r} is no type: {', '.join(VariableType)}") from None
    default = entry.get("default")
    return variable if default is None else Variable(name, variable.type, convert(variable, default), required)


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem(field, message)])
