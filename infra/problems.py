"""Says what is wrong with settings in words: the setting, its value, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

_Schema = Mapping[str, Any]
_BOUNDS = {"minimum": "from", "maximum": "to"}


def problems_of(error: ValidationError, model: type[BaseModel], path: str) -> Iterator[str]:
    """A line for each problem; `path` is where the model stands, such as `stages.dev`."""
    schema = model.model_json_schema()
    for problem in error.errors():
        *above, name = (path, *problem["loc"])
        setting = ".".join(map(str, (*above, name)))
        match problem["type"]:
            case "extra_forbidden":
                yield f"{'.'.join(map(str, above))}: unknown setting {name!r}"
            case "value_error":
                yield f"{setting}: {problem['ctx']['error']}"
            case _:
                value = None if problem["type"] == "missing" else problem["input"]
                yield f"{setting}: must be {_allowed(_at(schema, problem['loc']))}, not {value!r}"


def _at(schema: _Schema, place: tuple[int | str, ...]) -> _Schema:
    """The schema of one setting, or of an item of its list."""
    found = schema
    for name in place:
        if isinstance(name, int):
            found = found["items"]
        else:
            found = found["properties"][name] if "properties" in found else found["additionalProperties"]
        # An optional setting says of what it may be beside null.
        found = next((one for one in found.get("anyOf", ()) if one.get("type") != "null"), found)
        if "$ref" in found:
            found = schema["$defs"][found["$ref"].rpartition("/")[2]]
    return found


def _allowed(schema: _Schema) -> str:
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "pattern" in schema:
        return f"text that matches {schema['pattern']}"
    bounds = "".join(f" {word} {schema[name]}" for name, word in _BOUNDS.items() if name in schema)
    kinds = {"string": "text", "boolean": "true or false", "array": "a list of texts", "object": "an object"}
    kinds |= {"integer": f"a whole number{bounds}", "number": f"a number{bounds}"}
    return kinds[schema["type"]]
