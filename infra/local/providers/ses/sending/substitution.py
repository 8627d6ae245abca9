"""Template substitution as SES does it for inline content: plain `{{name}}`, one pass, no escaping.

Inline templates know simple substitution only (SES v2 API, shape `Template`), and SES does not escape HTML
(SES Developer Guide, "Advanced email personalization").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_VARIABLE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_.\-]+\Z")


@dataclass(frozen=True, slots=True)
class CompiledText:
    """A text cut at its variables: `pieces` alternates literal text and variable names."""

    source: str
    pieces: tuple[str, ...]
    names: frozenset[str]

    def render(self, data: Mapping[str, str]) -> str:
        """The text with each variable replaced once; values are never looked at again.

        Raises KeyError for a variable that `data` lacks.
        """
        rendered = list(self.pieces)
        for position in range(1, len(rendered), 2):
            rendered[position] = data[rendered[position]]
        return "".join(rendered)


@lru_cache(maxsize=512)
def compiled(source: str) -> CompiledText:
    """`source` cut at its variables; the same object again for the same source."""
    pieces = tuple(_VARIABLE.split(source))
    return CompiledText(source, pieces, frozenset(pieces[1::2]))


def literal(source: str) -> CompiledText:
    """`source` without variables: braces mean nothing in it."""
    return CompiledText(source, (source,), frozenset())


def rendering_problem(names: frozenset[str], data: Mapping[str, str]) -> str | None:
    """The text of SES's Rendering Failure event for these variables and data, or None when all is well."""
    for name in sorted(names - data.keys()):
        if not _NAME.match(name):
            return f"Unsupported expression '{name}' in the template."
        return f"Attribute '{name}' is not present in the rendering data."
    return None
