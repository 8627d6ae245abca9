"""Content that acts: script, frames, forms, plug-ins. Mail programs drop it and the engine's own pages never run it, so
its author means something that no reader will see."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.text_part.template_source import marked_for_reading

CODE = "active_content"
_TAGS = frozenset(
    {"script", "iframe", "frame", "frameset", "form", "input", "button", "select", "textarea", "object", "embed"}
    | {"applet", "portal", "base"}
)
_URL_ATTRIBUTES = frozenset({"href", "src", "action", "formaction", "background", "data", "poster", "xlink:href"})
# Browsers skip controls and white space in front of a scheme, and tabs and line ends inside it (WHATWG URL, 4.4).
_SKIPPED = re.compile("[\\x00-\\x20]+")
_SCRIPT_URL = re.compile(r"(?:javascript|vbscript|livescript):|data:(?:text/html|image/svg|application/xhtml)", re.I)


def active_findings(html: str) -> list[Finding]:
    """An error for each active element, event attribute and script address in a template's HTML, with its line."""
    reader = _Reader()
    for text in marked_for_reading(html):
        reader.feed(text)
    reader.close()
    return reader.found


def active_in(rendered: str) -> str | None:
    """What is active in a message as it was rendered; None when nothing is."""
    reader = _Reader()
    reader.feed(rendered)
    reader.close()
    return reader.found[0].message if reader.found else None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _TAGS or (tag == "meta" and (values.get("http-equiv") or "").lower() == "refresh"):
            self._add(f"<{tag}> is dropped by mail programs")
        for name, value in attrs:
            if name.startswith("on") and len(name) > 2:
                self._add(f"{name}=… on <{tag}> is dropped by mail programs: no script runs in a message")
            elif name in _URL_ATTRIBUTES and _SCRIPT_URL.match(_SKIPPED.sub("", value or "")):
                self._add(f"the address in {name}=… of <{tag}> runs script: mail programs drop it")

    def _add(self, message: str) -> None:
        self.found.append(Finding(CODE, "error", message, self.getpos()[0]))
