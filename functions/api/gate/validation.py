"""Schema violations in the words of the API: which field, which value, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

MAX_PROBLEMS = 50
MAX_VALUE_CHARACTERS = 200
# Where a limit stands in pydantic's error context, by the words we put before it.
_LIMITS = {
    "expected": "one of {}",
    "pattern": "the pattern {}",
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "a length of at least {}",
    "max_length": "a length of at most {}",
}
_TYPES = {
    "string_type": "a string",
    "int_type": "an integer",
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "list_type": "an array",
    "string_unicode": "valid Unicode",
}


def problems_of(error: RequestValidationError) -> list[dict[str, Any]]:
    """One entry per wrong field, at most 50; values are shortened so that an answer stays readable."""
    return [_problem(item) for item in error.errors()[:MAX_PROBLEMS]]


def _problem(item: Mapping[str, Any]) -> dict[str, Any]:
    problem = {"field": _path(item["loc"]), "message": _message(item)}
    if item["type"] not in ("missing", "extra_forbidden") and "input" in item:
        problem["value"] = _shortened(item["input"])
    allowed = _allowed(item)
    return problem | ({"allowed": allowed} if allowed else {})


def _path(loc: tuple[Any, ...]) -> str:
    """`target_filter_json.member_ids[3]`: the place in the body; query and header parameters by their name. What is
    wrong about a name itself is said of its place."""
    path = ""
    loc = loc[:-1] if loc and loc[-1] == "[key]" else loc
    for part in loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "body"


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "missing":
        return "is required"
    if item["type"] == "extra_forbidden":
        return "is not a known field"
    message = str(item["msg"])
    return message[:1].lower() + message[1:]


def _allowed(item: Mapping[str, Any]) -> str | None:
    if item["type"] in _TYPES:
        return _TYPES[item["type"]]
    context = item.get("ctx") or {}
    return next((words.format(context[name]) for name, words in _LIMITS.items() if name in context), None)


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_VALUE_CHARACTERS]
    if value is None or isinstance(value, bool | int | float):
        return value
    return "an array" if isinstance(value, list) else "an object"
