"""The pages: small, accessible, without script, cookie or request to anywhere else."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html import escape

from ariia.domain.sending.web_message import WebMessage
from ariia.services.content.thumbnails import Thumbnail
from ariia.services.member_pages.unsubscribe import Invitation
from functions.public_pages.texts import Texts, texts_for

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2430;--soft:#56606f;--page:#f4f5f7;--card:#fff;--act:#1f4fd8;--on-act:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#edf0f5;--soft:#aab3c2;--page:#12151b;--card:#1c212b;--act:#8fb0ff;--on-act:#0d1420}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100svh;display:grid;place-items:center;padding:1rem;background:var(--page);
color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:29rem;background:var(--card);border-radius:.9rem;padding:2rem 1.75rem;overflow-wrap:anywhere}
h1,p{hyphens:auto}
h1{font-size:1.45rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 1rem}
p:last-child{margin-bottom:0}
.soft{color:var(--soft);font-size:.95rem}
button{width:100%;min-height:3rem;margin-top:.75rem;padding:.7rem 1.25rem;border:0;border-radius:.6rem;
background:var(--act);color:var(--on-act);font:inherit;font-weight:600;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{font-weight:600;padding:0;margin-bottom:.35rem}
form+p{margin-top:1rem}
label{display:flex;gap:.75rem;align-items:flex-start;padding:.6rem 0;cursor:pointer}
input[type=checkbox]{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}
button.quiet{background:transparent;color:var(--ink);border:2px solid var(--soft)}
"""
_MESSAGE_STYLE = (
    "body{margin:0 auto;max-width:48rem;padding:1rem;background:#fff;color:#1d2430;"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}pre{white-space:pre-wrap;font:inherit;margin:0}"
)
_EVERY_PAGE = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class HtmlPage:
    """A page ready to be sent."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_OWN_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_hash(_STYLE)}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Tenants' HTML: inline styles and pictures from anywhere, but no script, no form, and an origin of its own.
_MESSAGE_POLICY = (
    "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"
_A_DAY = 86_400


def ask_page(invitation: Invitation) -> HtmlPage:
    """Asks for the click that unsubscribes. The form posts to the address the page came from."""
    texts = texts_for(invitation.language)
    title = _filled(texts.ask_title, texts, invitation)
    body = (
        f"<p>{_filled(texts.ask, texts, invitation)}</p>"
        '<form method="post"><input type="hidden" name="unsubscribe" value="page">'
        f'<button type="submit">{escape(texts.button)}</button></form>'
    )
    return own_page(200, texts, title, body)


def done_page(invitation: Invitation) -> HtmlPage:
    """Confirms that it is done."""
    texts = texts_for(invitation.language)
    done, mistake = (_filled(text, texts, invitation) for text in (texts.done, texts.mistake))
    body = f'<p role="status">{done}</p><p class="soft">{mistake}</p>'
    return own_page(200, texts, escape(texts.done_title), body)


def invalid_page(language: str) -> HtmlPage:
    """The same words for every link that leads nowhere."""
    texts = texts_for(language)
    return own_page(404, texts, escape(texts.invalid_title), f"<p>{escape(texts.invalid)}</p>")


def trouble_page(status: int, language: str) -> HtmlPage:
    """Something failed on our side."""
    texts = texts_for(language)
    page = own_page(status, texts, escape(texts.trouble_title), f"<p>{escape(texts.trouble)}</p>")
    return HtmlPage(page.status, page.body, {**page.headers, "Retry-After": "5"})


def thumbnail_page(thumbnail: Thumbnail) -> HtmlPage:
    """A picture for the pages of others: it may be embedded anywhere as an image, and does nothing when opened."""
    headers = {
        **_EVERY_PAGE,
        "Content-Type": "image/svg+xml; charset=utf-8",
        "Content-Security-Policy": _PICTURE_POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": f"public, max-age={_A_DAY}, immutable" if thumbnail.is_final else "public, max-age=60",
    }
    return HtmlPage(200, thumbnail.svg, headers)


def message_page(message: WebMessage) -> HtmlPage:
    """The message itself; its HTML is sanitised already, and the policy is the second wall."""
    content = message.html or f"<pre>{escape(message.text)}</pre>"
    head = f"<title>{escape(message.subject)}</title><style>{_MESSAGE_STYLE}</style>"
    language = f' lang="{escape(message.language)}"' if message.language else ""
    return _page(200, language, head, content, _MESSAGE_POLICY)


def own_page(status: int, texts: Texts, title: str, body: str) -> HtmlPage:
    """A page of ours: `title` and `body` are HTML already."""
    head = f"<title>{title}</title><style>{_STYLE}</style>"
    return _page(status, f' lang="{texts.language}"', head, f"<main><h1>{title}</h1>{body}</main>", _OWN_POLICY)


def _page(status: int, language: str, head: str, content: str, policy: str) -> HtmlPage:
    body = (
        f'<!doctype html><html{language}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}</head><body>{content}</body></html>"
    )
    return HtmlPage(status, body, {**_EVERY_PAGE, "Content-Security-Policy": policy})


def _filled(text: str, texts: Texts, invitation: Invitation) -> str:
    return escape(text.format(tenant=invitation.tenant_name, messages=texts.messages[invitation.channel]))
