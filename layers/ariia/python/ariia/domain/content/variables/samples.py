"""Members at the edges of what data can be, to try a template on before real members meet it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ariia.domain.content.variables.declarations import Variable, VariableType
from ariia.domain.content.variables.roots import member_view

HOSTILE_TEXTS = (
    "{{s1}} {{ 7*7 }} {% raw %} {# x #}",
    "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "line\r\nBcc: everybody@example.com",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 e\u0301 \ufdfd",
)
_SAMPLE_VALUES: dict[VariableType, Any] = {
    VariableType.STRING: "sample",
    VariableType.NUMBER: 12.5,
    VariableType.BOOLEAN: True,
    VariableType.DATE: "2026-02-28",
    VariableType.URL: "https://example.com/sample",
}
_NAMES = ("external_id", "first_name", "last_name", "phone", "language", "timezone")


def sample_members() -> list[dict[str, Any]]:
    """An ordinary member, ones with hostile texts, and one whose every field is very long."""
    ordinary = dict(zip(_NAMES, ("4711", "Anna", "Müller", "+4915112345678", "de", "Europe/Berlin"), strict=True))
    hostile = [_member(dict.fromkeys(_NAMES, text)) for text in HOSTILE_TEXTS]
    return [_member(ordinary), *hostile, _member(dict.fromkeys(_NAMES, "long " * 200), tags=200)]


def sample_attributes(variables: Iterable[Variable]) -> dict[str, Any]:
    """A value of the declared type for each variable, as a member's attributes would hold it."""
    return {variable.name: _SAMPLE_VALUES[variable.type] for variable in variables}


def bare_member() -> dict[str, Any]:
    """A member of whom nothing is known but an address."""
    return member_view({"id": "bare", "email": "bare@example.com"})


def _member(fields: dict[str, str], tags: int = 2) -> dict[str, Any]:
    text = fields["first_name"]
    tag_list = [f"{text} {number}"[:64] for number in range(tags)]
    return member_view({"id": "sample", "email": "sample@example.com", "tags": tag_list, "attributes": {}} | fields)
