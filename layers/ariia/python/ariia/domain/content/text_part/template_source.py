"""A template's source as text and Jinja2 code apart, for what has to read the HTML around the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# A noncharacter (Unicode 23.7) in place of what an expression will print.
DYNAMIC = "\ufdd0"
_LEFT_OUT = frozenset({"raw_begin", "raw_end", "comment_begin", "comment", "comment_end"})


@dataclass(frozen=True)
class Segment:
    """A stretch of source starting at `line`: literal `text`, an `{{ expression }}`, or a `{% statement %}`.

    Whitespace control is applied already and its marks are gone from the code; comments are left out; what stood in
    a `raw` block is text.
    """

    kind: Literal["text", "expression", "statement"]
    source: str
    line: int

    @property
    def keyword(self) -> str:
        """A statement's first word (`if`, `endfor`, `set` …); empty for the rest."""
        return self.source[2:].split(maxsplit=1)[0] if self.kind == "statement" else ""


def segments(source: str) -> list[Segment]:
    """The segments of a template that parses (`syntax.parse` first)."""
    # Imported when needed: naming a finding takes no Jinja2.
    from ariia.domain.content.sandbox.environment import html_environment

    found: list[Segment] = []
    code: list[str] = []
    start = 0
    for line, token, value in html_environment().lex(source):
        if token in _LEFT_OUT:
            continue
        if token == "data":
            found.append(Segment("text", value, line))
        elif token in ("variable_begin", "block_begin"):
            code, start = [], line
        elif token == "variable_end":
            found.append(Segment("expression", "{{ " + "".join(code).strip() + " }}", start))
        elif token == "block_end":
            found.append(Segment("statement", "{% " + "".join(code).strip() + " %}", start))
        else:
            code.append(value)
    return found


def marked_for_reading(source: str) -> Iterator[str]:
    """The pieces of a template that parses, for an HTML parser: each expression is one `DYNAMIC`, statements are gone,
    and every text keeps its line."""
    line = 1
    for part in segments(source):
        yield "\n" * max(0, part.line - line)
        text = part.source if part.kind == "text" else DYNAMIC if part.kind == "expression" else ""
        yield text
        line = max(line, part.line) + text.count("\n")
