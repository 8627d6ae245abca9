"""Links of a rendered HTML part, as SES's click tracking sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BRACKETED_URL = re.compile(r"<\s*(https?://[^>\s]+)\s*>", re.IGNORECASE)


@dataclass(slots=True)
class Link:
    """An anchor of the HTML part; `tracked` is False for `ses:no-track` (which SES leaves alone)."""

    url: str
    text: str
    tracked: bool
    tags: dict[str, list[str]] | None


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._open: Link | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        href = (attributes.get("href") or "").strip()
        if tag == "a" and href.lower().startswith(("http://", "https://")):
            self._open = Link(href, "", "ses:no-track" not in attributes, _link_tags(attributes.get("ses:tags")))
            self.links.append(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.text += data


def _link_tags(text: str | None) -> dict[str, list[str]] | None:
    """`ses:tags="key:value;key:value;"` (SES Developer Guide, metrics FAQ: "Can I tag links")."""
    pairs = [item.partition(":") for item in (text or "").split(";") if item.strip()]
    return {key.strip(): [value.strip()] for key, _, value in pairs} or None


def links_of(html: str) -> list[Link]:
    """All web links in order."""
    parser = _Anchors()
    parser.feed(html)
    parser.close()
    return parser.links


def one_click_url(list_unsubscribe: str | None) -> str | None:
    """The web address of a List-Unsubscribe header (RFC 2369 section 3.2), None when it has none."""
    found = _BRACKETED_URL.search(list_unsubscribe or "")
    return found.group(1) if found else None


def link_to_click(html: str, unsubscribe_url: str | None) -> Link | None:
    """The first tracked link that is no unsubscribe link."""
    for link in links_of(html):
        about_leaving = "unsubscribe" in link.url.lower() or "unsubscribe" in link.text.lower()
        if link.tracked and not about_leaving and link.url != unsubscribe_url:
            return link
    return None
