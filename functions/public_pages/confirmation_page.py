"""The page that asks for the second yes of a double opt-in, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ariia.domain.confirmations.texts import VERSION
from ariia.domain.consent.confirmation import LINK_DAYS, LinkState
from ariia.services.member_pages.confirmation_page import ConfirmationView
from functions.public_pages.pages import HtmlPage, own_page
from functions.public_pages.texts import Texts, texts_for

_FIELD, _YES = "confirm", "yes"


def confirmation_page(view: ConfirmationView) -> HtmlPage:
    """Asks while the link is open, and otherwise says why there is nothing to ask."""
    texts = texts_for(view.language)
    if view.state is LinkState.OPEN:
        return own_page(200, texts, _filled(texts.confirm_title, view), _question(texts, view))
    if view.state is LinkState.CONFIRMED:
        body = f'<p role="status">{_filled(texts.confirmed, view)}</p>'
        return own_page(200, texts, escape(texts.confirmed_title), body)
    is_old = view.state is LinkState.EXPIRED
    title, words = (texts.expired_title, texts.expired) if is_old else (texts.void_title, texts.void)
    return own_page(410, texts, escape(title), f"<p>{_filled(words, view)}</p>")


def says_yes(fields: Mapping[str, str]) -> bool:
    """True for what the page's own form sends."""
    return fields.get(_FIELD) == _YES


def words_of(view: ConfirmationView) -> str:
    """What the texts are called that the person agreed to."""
    return f"{VERSION}-{texts_for(view.language).language}"


def _question(texts: Texts, view: ConfirmationView) -> str:
    return (
        f"<p>{_filled(texts.confirm, view)}</p>"
        f'<form method="post"><input type="hidden" name="{_FIELD}" value="{_YES}">'
        f'<button type="submit">{escape(texts.confirm_button)}</button></form>'
        f'<p class="soft">{escape(texts.confirm_ignore)}</p>'
    )


def _filled(text: str, view: ConfirmationView) -> str:
    return escape(text.format(tenant=view.tenant_name, days=LINK_DAYS))
