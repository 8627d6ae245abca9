"""A message rendered once more: from the content that was approved and the member as they are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ariia.domain.content.content import Content
from ariia.domain.content.whole_message import FullMessage, MessageSource
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.members.member import Member
from ariia.domain.sending.message import MessageValues


@dataclass(frozen=True)
class WebMessage:
    """What a page shows: `html` is sanitised; when it is empty, `text` is the message."""

    subject: str
    html: str
    text: str
    language: str | None


def web_message(
    render: Callable[[MessageSource, Mapping[str, Any]], FullMessage],
    campaign: Dispatch,
    content: Content,
    member: Member,
    links: Mapping[str, str],
) -> WebMessage:
    """The message with these links (MessageLinks.of), as `render` makes a page of it. NotFoundError for a member to
    whom it no longer fits."""
    try:
        values = MessageValues(campaign, content).of(member, dict(links))
        page = render(MessageSource(content.subject, content.html, content.body or None), values)
    except InvalidError as error:
        raise NotFoundError("this message is not available any more") from error
    return WebMessage(page.subject, page.html, page.text, member.language)
