"""Tenants' HTML made safe for the engine's own web pages (view online, preview, thumbnails)."""

from __future__ import annotations

import re

import nh3

_LAYOUT = (
    "align valign width height bgcolor border cellpadding cellspacing background class dir lang title style role "
    "colspan rowspan"
)
_ATTRIBUTES = {
    "*": set(_LAYOUT.split()),
    "a": {"href", "target"},
    "img": {"src", "alt"},
    "font": {"color", "face", "size"},
}
_TAGS = nh3.ALLOWED_TAGS | {"font", "u", "main", "section", "address"}
# A relative address would ask the origin of our own page. So would `https:x` without two slashes, as browsers read it
# (WHATWG URL, 4.4: special relative or authority state); they skip controls around and tabs and line ends inside it.
_ABSOLUTE = re.compile(r"https?://[^/\\]|mailto:|tel:", re.IGNORECASE)
_URL_SKIPPED = re.compile(r"^[\x00-\x20]+|[\t\r\n]")
_SCHEMES = {"http", "https", "mailto", "tel"}
# Declarations that reach the network or leave the element's own box in the page.
_CSS_REFUSED = re.compile(r"url\s*\(|expression|@import|\\|position\s*:|behavior|-moz-binding", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sanitize_html(html: str) -> str:
    """The visible part of an e-mail's HTML: no script, form, frame, style sheet, event handler or `javascript:` link;
    inline styles without `url()`, positioning or escapes; no relative address; links open a new page and leak
    no referrer.

    The page that shows it must still forbid script by Content-Security-Policy and frame it in a sandbox: this is the
    second wall, not the only one.
    """
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        clean_content_tags={"script", "style", "title", "template"},
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return None if _CSS_REFUSED.search(_CSS_COMMENT.sub("", value)) else value
    if name == "background":
        return None  # an attribute that loads an image without being one
    if name in ("href", "src"):
        return value if _ABSOLUTE.match(_URL_SKIPPED.sub("", value)) else None
    return value
