"""Links that lead nowhere and images that say nothing, found in a template's HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.text_part.template_source import DYNAMIC as _DYNAMIC
from ariia.domain.content.text_part.template_source import marked_for_reading

_HOST = re.compile(r"[^\s.]+(?:\.[^\s.]+)+\.?\Z|localhost\Z", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def markup_findings(html: str) -> list[Finding]:
    """Broken links (errors) and images without `alt` (warnings) of a template that parses, with their lines.

    What a link's code will print isn't known here: only the text around the code is judged.
    """
    reader = _Reader()
    for text in marked_for_reading(html):
        reader.feed(text)
    reader.close()
    return reader.found


def link_problem(address: str) -> str | None:
    """What is wrong with the syntax of a link's static text; None when nothing is."""
    address = address.strip()
    if address.startswith(_DYNAMIC) or (address.startswith("#") and len(address) > 1):
        return None
    if not address or address == "#":
        return "the link has no address"
    if re.search(r"\s", address):
        return "the address contains white space"
    scheme, _, rest = address.partition(":")
    if not _ or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return "the address has no scheme (https://)"
    return _scheme_problem(scheme.lower(), rest, address)


def _scheme_problem(scheme: str, rest: str, address: str) -> str | None:
    if scheme in ("http", "https"):
        return _host_problem(address)
    if scheme == "mailto":
        target = rest.partition("?")[0]
        return None if _DYNAMIC in target or _MAIL.match(target) else "no e-mail address follows mailto:"
    if scheme in ("tel", "sms", "whatsapp", "tg", "webcal"):
        return None if rest else f"nothing follows {scheme}:"
    return f"mail programs don't open {scheme}: links"


def _host_problem(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        return f"the address is malformed ({error})"
    host = parts.hostname or ""
    if not host:
        return "the address has no host (https://example.com)"
    return None if _DYNAMIC in host or _HOST.match(host) else f"'{host}' is no host name"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("a", "area") and "href" in values:
            address = values["href"] or ""
            problem = link_problem(address)
            if problem:
                shown = address.replace(_DYNAMIC, "{{ … }}")[:80]
                self._add("broken_link", "error", f'<{tag} href="{shown}">: {problem}')
        elif tag == "img" and values.get("src") is not None and values.get("alt") is None and "alt" not in values:
            self._add("image_without_alt", "warning", 'an image has no alt text (alt="" if it only decorates)')

    def _add(self, code: str, severity: str, message: str) -> None:
        self.found.append(Finding(code, "error" if severity == "error" else "warning", message, self.getpos()[0]))
