"""The reference: the OpenAPI document as one page of HTML."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from functions.api.gate.auth import roles_and_permissions
from functions.api.gate.errors import KINDS
from functions.api.reference.components.problems import problem_example
from functions.api.reference.components.schemas import SCHEMAS
from functions.api.reference.openapi import document

_FOLDER = Path(__file__).parent / "pages"
_STYLE = (_FOLDER / "reference.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
)
_METHODS = ("get", "post", "put", "patch", "delete")


@functools.cache
def page(base_url: str) -> str:
    """The page as HTML, made once per process."""
    # Imported when needed: hardly any process ever shows this page.
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    described = json.loads(document(base_url))
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True
    )
    type_of = functools.partial(_type_of, described["components"]["schemas"])
    environment.filters |= {"pretty": _pretty, "type_of": type_of, "marked": _marked}
    template = environment.get_template("reference.html")
    return template.render(
        api=described,
        style=_STYLE,
        groups=_groups(described),
        kinds=[(name, kind, problem_example(name, base_url)) for name, kind in KINDS.items()],
        roles=roles_and_permissions(),
    )


def _groups(described: dict[str, Any]) -> list[dict[str, Any]]:
    operations = [
        {"method": method, "path": path, **operation}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    return [
        {**tag, "operations": [one for one in operations if tag["name"] in one["tags"]]} for tag in described["tags"]
    ]


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _marked(text: str) -> list[tuple[bool, str]]:
    """The text cut at back quotes: (is code, piece)."""
    return [(bool(number % 2), piece) for number, piece in enumerate(text.split("`")) if piece]


def _type_of(schemas: dict[str, Any], schema: dict[str, Any]) -> str:
    """A schema in a few words; of the component of an enumeration, its values."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(SCHEMAS)
        return _type_of(schemas, schemas[name]) if "enum" in schemas[name] else name
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type_of(schemas, one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"array of {_type_of(schemas, schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
