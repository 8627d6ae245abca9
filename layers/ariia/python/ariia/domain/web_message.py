"""A message rendered once more: from the content that was approved and the member as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .campaign import Campaign, Content
from .content.slots import compile_content
from .content.web_safe import sanitize_html
from .errors import InvalidError, NotFoundError
from .member import Member
from .message import MessageValues


@dataclass(frozen=True)
class WebMessage:
    """What a page shows: `html` is sanitised; when it is empty, `text` is the message."""

    subject: str
    html: str
    text: str
    language: str | None


def web_message(campaign: Campaign, content: Content, member: Member, links: Mapping[str, str]) -> WebMessage:
    """The message with these links (MessageLinks.of). NotFoundError for a member to whom it no longer fits."""
    try:
        values = MessageValues(campaign, content).of(member, dict(links))
        message = compile_content(content.subject, content.html, content.body or None).full_render(values)
    except InvalidError as error:
        raise NotFoundError("this message is not available any more") from error
    return WebMessage(message.subject, sanitize_html(message.html), message.text, member.language)
