"""Reads a template's HTML, code replaced by marks, into the tokens of a text version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

from ariia.domain.content.text_part.template_source import Segment

# Noncharacters (Unicode 23.7): never part of a text, so no HTML can contain them by chance.
MARK_OPEN, MARK_CLOSE = "\ufdd0", "\ufdd1"
MARK = re.compile(f"{MARK_OPEN}(\\d+){MARK_CLOSE}")
Attributes = list[tuple[str, str | None]]

_VOID_TAGS = "area base br col embed hr img input link meta source track wbr"
_LINE_TAGS = (
    "div tr table section article header footer main nav aside address center dt dd form figure figcaption fieldset"
)
_VOID = frozenset(_VOID_TAGS.split())
_HIDDEN = frozenset({"head", "style", "script", "title", "template"})
_HIDING_STYLE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dl"})
_LINES = frozenset(_LINE_TAGS.split())
_HEADINGS = {"h1": "="} | dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), "-")
_LOSES_TEXT = frozenset({"macro", "endset"})
_LINK_SCHEME = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_MAX_UNDERLINE, _DYNAMIC_UNDERLINE = 60, 30


class UnreadableError(Exception):
    """HTML and code are interleaved in a way that leaves no text version."""


@dataclass(frozen=True)
class Token:
    """`text` (printed), `code` (segment `number`), `bullet`, or the breaks `space`, `line`, `block`, `paragraph`."""

    kind: Literal["text", "code", "bullet", "verbatim", "space", "line", "block", "paragraph"]
    text: str = ""
    number: int = -1


class HtmlReader(HTMLParser):
    """Feed it the marked HTML, then `finish()` gives the tokens; UnreadableError from either."""

    def __init__(self, code: Sequence[Segment]) -> None:
        super().__init__(convert_charrefs=True)
        self._code = code
        self._tokens: list[Token] = []
        self._hidden: str | None = None
        self._hidden_depth = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []
        self._heading = 0
        self._lists: list[_List] = []

    def finish(self) -> list[Token]:
        """Everything read; UnreadableError when a hidden element was never closed (all after it would be lost)."""
        self.close()
        if self._hidden not in (None, "head"):
            raise UnreadableError(f"<{self._hidden}> is hidden and never closed")
        return self._tokens

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self._drop_code_of_tag(tag, attrs)
        if self._hidden:
            self._hidden_depth += tag == self._hidden and tag not in _VOID
            return
        values = {name: value or "" for name, value in attrs}
        if tag not in _VOID and (tag in _HIDDEN or "hidden" in values or _HIDING_STYLE.search(values.get("style", ""))):
            self._hidden, self._hidden_depth = tag, 1
        elif tag == "a":
            self._links.append((values.get("href", "").strip(), len(self._tokens)))
        elif tag == "img":
            self._text(values.get("alt", ""))
        else:
            self._open_block(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and self._hidden != tag:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden_depth -= tag == self._hidden
            if self._hidden_depth == 0:
                self._hidden = None
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        else:
            self._close_block(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            self._statements_of(data)
        else:
            self._text(data)

    def handle_comment(self, data: str) -> None:
        self._statements_of(data)

    def handle_decl(self, decl: str) -> None:
        self._statements_of(decl)

    def unknown_decl(self, data: str) -> None:
        self._statements_of(data)

    def handle_pi(self, data: str) -> None:
        self._statements_of(data)

    def _open_block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._break("block" if self._lists else "paragraph")
            self._lists.append(_List(ordered=tag == "ol"))
        elif tag == "li":
            self._break("block")
            self._tokens.append(Token("bullet", self._bullet()))
        elif tag == "br":
            self._break("line")
        elif tag == "hr":
            self._tokens += [Token("paragraph"), Token("text", "-" * _DYNAMIC_UNDERLINE), Token("paragraph")]
        elif tag in _PARAGRAPHS:
            self._break("paragraph")
            self._pre += tag == "pre"
            self._heading = len(self._tokens)
        elif tag in _LINES:
            self._break("block")

    def _close_block(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._break("block" if self._lists else "paragraph")
        elif tag in _HEADINGS:
            self._underline(_HEADINGS[tag])
        elif tag in _PARAGRAPHS:
            self._pre -= tag == "pre" and self._pre > 0
            self._break("paragraph")
        elif tag in _LINES or tag == "li":
            self._break("block")
        elif tag in ("td", "th"):
            self._break("space")

    def _underline(self, sign: str) -> None:
        title = self._tokens[self._heading :]
        literal = all(token.kind in ("text", "space") for token in title)
        width = len("".join(token.text or " " for token in title).strip()) if literal else _DYNAMIC_UNDERLINE
        if title and width:
            self._tokens += [Token("block"), Token("text", sign * min(width, _MAX_UNDERLINE))]
        self._break("paragraph")

    def _bullet(self) -> str:
        if not self._lists:
            return "- "
        innermost = self._lists[-1]
        innermost.items += 1
        sign = f"{innermost.items}. " if innermost.ordered and not innermost.repeats else "- "
        return "  " * (len(self._lists) - 1) + sign

    def _end_link(self, address: str, start: int) -> None:
        if not address or address.startswith("#"):
            return
        label = "".join(
            f"{MARK_OPEN}{token.number}{MARK_CLOSE}" if token.kind == "code" else token.text or " "
            for token in self._tokens[start:]
        ).strip()
        shown = re.sub(r"(?i)^(?:mailto|tel):", "", address)
        if not label:
            self._text(shown)
        elif _bare(label) != _bare(address):
            self._text(f" ({shown})")

    def _text(self, text: str) -> None:
        for index, piece in enumerate(MARK.split(text)):
            if index % 2:
                self._take_code(int(piece))
            elif self._pre and piece:
                self._tokens.append(Token("verbatim", piece))
            else:
                self._words(piece)

    def _words(self, text: str) -> None:
        words = text.split()
        if text[:1].isspace():
            self._break("space")
        if words:
            self._tokens.append(Token("text", " ".join(words)))
            if text[-1].isspace():
                self._break("space")

    def _take_code(self, number: int) -> None:
        if self._code[number].keyword == "for" and self._lists:
            self._lists[-1].repeats = True
        self._tokens.append(Token("code", number=number))

    def _break(self, kind: Literal["space", "line", "block", "paragraph"]) -> None:
        self._tokens.append(Token(kind))

    def _statements_of(self, text: str) -> None:
        """Of text that isn't shown the statements stay (they may set, or open a condition); expressions go."""
        for number in map(int, MARK.findall(text)):
            keyword = self._code[number].keyword
            if keyword in _LOSES_TEXT:
                raise UnreadableError(f"'{keyword}' stands where its text isn't shown")
            if keyword:
                self._take_code(number)

    def _drop_code_of_tag(self, tag: str, attrs: Attributes) -> None:
        depth = links = 0
        self._statements_of(tag)
        for name, value in attrs:
            bare = MARK.sub("", name)
            for number in map(int, MARK.findall(name)):
                keyword = self._code[number].keyword
                depth += 1 if keyword in ("if", "for") else -1 if keyword in ("endif", "endfor") else 0
            if tag == "a" and bare == "href":
                links += 1
                if depth or links > 1 or bare != name:
                    raise UnreadableError("a link's address depends on a condition in its tag")
            elif not (tag == "img" and name == "alt"):
                self._statements_of(f"{name} {value or ''}")


@dataclass
class _List:
    ordered: bool
    items: int = 0
    repeats: bool = False


def _bare(address: str) -> str:
    return _LINK_SCHEME.sub("", address, count=1).rstrip("/").lower()
