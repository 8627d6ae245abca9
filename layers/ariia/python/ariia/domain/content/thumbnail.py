"""A message as a small picture: an SVG whose foreignObject holds the sanitised HTML, asking nobody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.sax.saxutils import escape, quoteattr

from ariia.domain.content.web_safe import sanitize_html

# The page as a mail program shows it, twice the size of the picture.
_WIDTH, _HEIGHT, _SCALE = 640, 800, 2
_MOST_CHARACTERS = 60_000
_VOID = frozenset({"area", "br", "col", "hr", "wbr"})
_DROPPED = frozenset({"src", "href", "target", "rel"})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE = (
    "div.page{box-sizing:border-box;width:640px;min-height:800px;padding:24px;background:#fff;color:#1d2430;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere}"
    "a{color:#1f4fd8;text-decoration:underline}pre{white-space:pre-wrap;font:inherit;margin:0}"
    "span.picture{display:inline-block;min-width:96px;max-width:100%;padding:20px 12px;background:#e4e8ef;"
    "color:#56606f;font-size:14px;text-align:center;border-radius:4px}"
)


def thumbnail_svg(html: str, text: str) -> str:
    """The picture of a rendered message, well-formed XML: no script, no link, no address; pictures are grey boxes that
    say their `alt`. `text` is shown where there is no HTML."""
    content = _as_xml(sanitize_html(html[:_MOST_CHARACTERS])) if html else f"<pre>{_xml(text[:_MOST_CHARACTERS])}</pre>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH // _SCALE}" height="{_HEIGHT // _SCALE}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><rect width="100%" height="100%" fill="#fff"/>'
        f'<foreignObject width="{_WIDTH}" height="{_HEIGHT}"><div xmlns="http://www.w3.org/1999/xhtml" class="page">'
        f"<style>{_STYLE}</style>{content}</div></foreignObject></svg>"
    )


def _as_xml(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finished()


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


class _Reader(HTMLParser):
    """HTML that is balanced already (as the sanitiser writes it), written as XML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []

    def finished(self) -> str:
        """All of it, with what was left open closed."""
        return "".join([*self._parts, *(f"</{tag}>" for tag in reversed(self._open))])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img":
            self._parts.append(f'<span class="picture">{_xml(values.get("alt") or " ")}</span>')
            return
        kept = "".join(f" {name}={quoteattr(_NOT_XML.sub('', value or ''))}" for name, value in values.items()
                       if name not in _DROPPED)  # fmt: skip
        self._parts.append(f"<{tag}{kept}{'/' if tag in _VOID else ''}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self._parts.append(f"</{last}>")
            self._parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._parts.append(_xml(data))
