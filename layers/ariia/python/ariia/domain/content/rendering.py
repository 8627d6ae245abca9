"""A message rendered whole for one recipient: as it is, as a page of ours, as a picture.

Run it where a hostile template does no harm (`adapters.template_guard`): it compiles and renders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.content.slots.compiled import compile_content
from ariia.domain.content.thumbnail import thumbnail_svg
from ariia.domain.content.web_safe import sanitize_html
from ariia.domain.content.whole_message import FullMessage, MessageSource


def message(source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
    """The message as the recipient reads it; InvalidError naming part and line when it can't be rendered."""
    return compile_content(source.subject, source.html, source.text).full_render(variables)


def page(source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
    """The same, its HTML fit for a page of our own."""
    rendered = message(source, variables)
    return replace(rendered, html=sanitize_html(rendered.html))


def picture(source: MessageSource, variables: Mapping[str, Any]) -> str:
    """The same as a small SVG."""
    rendered = message(source, variables)
    return thumbnail_svg(rendered.html, rendered.text)
