"""Lays tokens out as the source of a text template: line breaks that hold on every path through the code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ariia.domain.content.text_part.html_reader import Token
from ariia.domain.content.text_part.template_source import Segment

# How much white space the text ends with: the next break adds what is missing.
_TEXT, _SPACE, _LINE, _PARAGRAPH = range(4)
_BREAKS = {"block": _LINE, "paragraph": _PARAGRAPH}
_OPENS = frozenset({"if", "for", "with", "filter", "call", "block", "macro"})
_INLINE_SET = re.compile(r"\{% set [^=(]+=")
_TAG_OPENER = re.compile(r"\{(?=[{%#]|\Z)")


def lay_out(tokens: Sequence[Token], code: Sequence[Segment]) -> str:
    """The template source of `tokens`. Laid out twice: how a loop's body ends decides how its next pass begins."""
    first = _Layout(code, {})
    first.run(tokens)
    second = _Layout(code, first.loop_ends)
    second.run(tokens)
    return "".join(second.out).strip() + "\n"


@dataclass
class _Frame:
    """An open statement: how the text stood before it, and how each of its branches ended."""

    number: int
    keyword: str
    entry: int
    ends: list[int] = field(default_factory=list)
    complete: bool = False


class _Layout:
    def __init__(self, code: Sequence[Segment], loop_ends: dict[int, int]) -> None:
        self.code, self.known_ends = code, loop_ends
        self.loop_ends: dict[int, int] = {}
        self.out: list[str] = []
        self.state = _PARAGRAPH
        self.space = False
        self.frames: list[_Frame] = []

    def run(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.kind == "text":
                self._write(_TAG_OPENER.sub("{{ '{' }}", token.text))
            elif token.kind == "verbatim":
                self._write(_TAG_OPENER.sub("{{ '{' }}", token.text))
                self.state = _LINE if token.text.endswith("\n") else _TEXT
            elif token.kind == "bullet":
                self._write(token.text)
                self.state = _PARAGRAPH  # a paragraph inside an item starts on the bullet's line
            elif token.kind == "code":
                self._code(token.number)
            elif token.kind == "space":
                self.space = self.space or self.state == _TEXT
            elif token.kind == "line":
                self._break(min(max(self.state, _SPACE) + 1, _PARAGRAPH))
            else:
                self._break(_BREAKS[token.kind])

    def _write(self, text: str) -> None:
        self._flush()
        self.out.append(text)
        self.state = _TEXT

    def _flush(self) -> None:
        if self.space:
            self.out.append(" ")
            self.state, self.space = _SPACE, False

    def _break(self, wanted: int) -> None:
        self.space = False
        if self.state < wanted:
            self.out.append("\n" * (wanted - max(self.state, _SPACE)))
            self.state = wanted

    def _code(self, number: int) -> None:
        segment = self.code[number]
        if segment.kind == "expression":
            self._write(segment.source)
            return
        self._flush()
        keyword = segment.keyword
        if keyword in _OPENS or (keyword == "set" and not _INLINE_SET.match(segment.source)):
            self._enter(number, keyword)
        elif keyword in ("else", "elif") and self.frames:
            self._branch(keyword)
        elif keyword.startswith("end") and self.frames:
            self._leave(segment.source)
            return
        self.out.append(segment.source)

    def _enter(self, number: int, keyword: str) -> None:
        self.frames.append(_Frame(number, keyword, self.state))
        if keyword == "for":
            self.state = min(self.state, self.known_ends.get(number, _PARAGRAPH))
        elif keyword in ("macro", "set", "call"):
            self.state = _PARAGRAPH

    def _branch(self, keyword: str) -> None:
        frame = self.frames[-1]
        if frame.keyword == "for":
            self.loop_ends[frame.number] = self.state
        frame.ends.append(self.state)
        frame.complete = frame.complete or keyword == "else"
        self.state = frame.entry

    def _leave(self, source: str) -> None:
        frame = self.frames.pop()
        if frame.keyword == "for":
            self.loop_ends.setdefault(frame.number, self.state)
        if frame.keyword in ("macro", "set"):
            self.state = frame.entry
        elif frame.keyword == "call":
            self.state = _TEXT
        elif frame.keyword in ("if", "for") and not frame.complete:
            self.state = min([self.state, frame.entry, *frame.ends])
        else:
            self.state = min([self.state, *frame.ends])
        if frame.keyword == "if" and self.out and self.out[-1] == self.code[frame.number].source:
            self.out.pop()  # nothing was left of the condition's body
        else:
            self.out.append(source)
