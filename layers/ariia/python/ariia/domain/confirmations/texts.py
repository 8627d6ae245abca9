"""What the e-mail of a double opt-in says: the question and nothing else, as some get it who never asked."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.content.content import Content

# What a confirmation is evidence of: raise it whenever a word changes, here or on the page behind the link.
VERSION = "1"
_IMPRINT = "{{ tenant.name }}{% if tenant.address %}\n{{ tenant.address }}{% endif %}"
_MORE = "{% if tenant.website %}\n{{ tenant.website }}{% endif %}"


@dataclass(frozen=True)
class ConfirmationText:
    """The words of one language; `{{ tenant.name }}` is filled in."""

    language: str
    subject: str
    question: str
    button: str
    ignore: str
    valid: str


ENGLISH = ConfirmationText(
    language="en",
    subject="Please confirm: e-mails from {{ tenant.name }}",
    question="Somebody, probably you, gave this address so that {{ tenant.name }} may send e-mails with news and "
    "offers to it. Do you want that? Then please confirm it.",
    button="Confirm my address",
    ignore="If it wasn't you, there is nothing to do: without a confirmation you will get no such e-mails.",
    valid="The link is valid for {days} days.",
)
GERMAN = ConfirmationText(
    language="de",
    subject="Bitte bestätigen Sie: E-Mails von {{ tenant.name }}",
    question="Jemand, vermutlich Sie selbst, hat diese Adresse angegeben, damit {{ tenant.name }} E-Mails mit "
    "Neuigkeiten und Angeboten an sie schicken darf. Möchten Sie das? Dann bestätigen Sie es bitte.",
    button="Adresse bestätigen",
    ignore="Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Bestätigung bekommen Sie keine solchen E-Mails.",
    valid="Der Link gilt {days} Tage.",
)


def text_for(language: str | None) -> ConfirmationText:
    """German for German tags (`de`, `de-AT`, …), English for all others."""
    return GERMAN if (language or "").lower().split("-")[0] == GERMAN.language else ENGLISH


def content_for(language: str | None, days: int) -> Content:
    """The message in that language, whose link is good for so many days; sender and tenant are left to the caller."""
    text = text_for(language)
    valid = text.valid.format(days=days)
    return Content(subject=text.subject, html=_html(text, valid), body=_plain(text, valid))


def _plain(text: ConfirmationText, valid: str) -> str:
    link = f"{text.button}:\n{{{{ confirm_url }}}}"
    return "\n\n".join((text.question, link, valid, text.ignore, f"-- \n{_IMPRINT}{_MORE}\n"))


def _html(text: ConfirmationText, valid: str) -> str:
    button = "background:#1f4fd8;color:#ffffff;padding:12px 20px;border-radius:8px;text-decoration:none;font-weight:600"
    imprint = (_IMPRINT + _MORE).replace("\n", "<br>")
    return (
        f'<!doctype html><html lang="{text.language}"><body style="margin:0;padding:24px;'
        'font:16px/1.55 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;color:#1d2430">'
        f"<p>{text.question}</p>"
        f'<p style="margin:28px 0"><a ses:no-track href="{{{{ confirm_url }}}}" style="{button}">{text.button}</a></p>'
        f'<p style="overflow-wrap:anywhere">{{{{ confirm_url }}}}</p><p>{valid} {text.ignore}</p>'
        f'<p style="color:#56606f;font-size:14px">{imprint}</p></body></html>'
    )
