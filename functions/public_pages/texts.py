"""What the pages say, in the languages they speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ariia.domain.channel import Channel


@dataclass(frozen=True)
class Texts:
    """The words of one language. `{tenant}` and `{messages}` are filled in."""

    language: str
    ask_title: str
    ask: str
    button: str
    done_title: str
    done: str
    mistake: str
    invalid_title: str
    invalid: str
    trouble_title: str
    trouble: str
    messages: Mapping[Channel, str]
    preferences_title: str
    preferences: str
    preferences_saved: str
    channels_legend: str
    agree: str
    blocked: str
    tracking_legend: str
    track_opens: str
    track_clicks: str
    save: str
    leave_all: str
    leave_all_hint: str
    confirm_by_mail: str
    unconfirmed: str
    confirm_title: str
    confirm: str
    confirm_button: str
    confirm_ignore: str
    confirmed_title: str
    confirmed: str
    expired_title: str
    expired: str
    void_title: str
    void: str


ENGLISH = Texts(
    language="en",
    ask_title="Unsubscribe from {tenant}?",
    ask="You will no longer get {messages} from {tenant}.",
    button="Unsubscribe",
    done_title="You are unsubscribed",
    done="{tenant} will send you no more {messages}. One that is on its way already may still arrive.",
    mistake="If this was a mistake, please contact {tenant}.",
    invalid_title="This link is not valid",
    invalid="It may be incomplete or no longer in use. Please open it again from the message you received.",
    trouble_title="That did not work",
    trouble="Please try again in a moment.",
    messages={
        Channel.EMAIL: "e-mails",
        Channel.SMS: "text messages",
        Channel.WHATSAPP: "WhatsApp messages",
        Channel.TELEGRAM: "Telegram messages",
    },
    preferences_title="What may {tenant} send you?",
    preferences="Choose what you want, and save it. You can come back to this page at any time.",
    preferences_saved="Your choice is saved.",
    channels_legend="Messages",
    agree="Yes, {tenant} may send me {messages} with news and offers",
    blocked="{tenant} can't reach you with {messages} at present. To change that, please contact {tenant}.",
    tracking_legend="Privacy",
    track_opens="{tenant} may see whether I opened an e-mail",
    track_clicks="{tenant} may see which links I followed",
    save="Save my choice",
    leave_all="Unsubscribe from everything",
    leave_all_hint="You will get no more messages from {tenant} on any channel.",
    confirm_by_mail="One step is left: please follow the link in the e-mail that we are sending you.",
    unconfirmed="This is not confirmed yet.",
    confirm_title="E-mails from {tenant}?",
    confirm="Yes, {tenant} may send me e-mails with news and offers. I can take that back at any time.",
    confirm_button="Confirm",
    confirm_ignore="If you did not ask for this, just close the page.",
    confirmed_title="Thank you, that is confirmed",
    confirmed="{tenant} may send you e-mails. Every one of them has a link by which you can stop that.",
    expired_title="This link is too old",
    expired="Links like this are valid for {days} days. Nothing was changed. To get e-mails, please contact {tenant}.",
    void_title="This link is no longer in use",
    void="The address or your choice has changed since. Nothing was changed now. Questions? Please contact {tenant}.",
)
GERMAN = Texts(
    language="de",
    ask_title="Von {tenant} abmelden?",
    ask="Sie erhalten dann keine {messages} mehr von {tenant}.",
    button="Abmelden",
    done_title="Sie sind abgemeldet",
    done="{tenant} schickt Ihnen keine {messages} mehr. Was schon unterwegs ist, kann noch ankommen.",
    mistake="Wenn das ein Versehen war, wenden Sie sich bitte an {tenant}.",
    invalid_title="Dieser Link ist nicht gültig",
    invalid="Er ist unvollständig oder nicht mehr in Gebrauch. Bitte öffnen Sie ihn noch einmal aus Ihrer Nachricht.",
    trouble_title="Das hat nicht geklappt",
    trouble="Bitte versuchen Sie es gleich noch einmal.",
    messages={
        Channel.EMAIL: "E-Mails",
        Channel.SMS: "SMS",
        Channel.WHATSAPP: "WhatsApp-Nachrichten",
        Channel.TELEGRAM: "Telegram-Nachrichten",
    },
    preferences_title="Was darf {tenant} Ihnen schicken?",
    preferences="Wählen Sie, was Sie möchten, und speichern Sie es. Sie können diese Seite jederzeit wieder öffnen.",
    preferences_saved="Ihre Auswahl ist gespeichert.",
    channels_legend="Nachrichten",
    agree="Ja, {tenant} darf mir {messages} mit Neuigkeiten und Angeboten schicken",
    blocked="{tenant} kann Sie mit {messages} zurzeit nicht erreichen. Bitte wenden Sie sich dazu an {tenant}.",
    tracking_legend="Datenschutz",
    track_opens="{tenant} darf sehen, ob ich eine E-Mail geöffnet habe",
    track_clicks="{tenant} darf sehen, welchen Links ich gefolgt bin",
    save="Auswahl speichern",
    leave_all="Von allem abmelden",
    leave_all_hint="Sie bekommen dann auf keinem Weg mehr Nachrichten von {tenant}.",
    confirm_by_mail="Ein Schritt fehlt noch: Bitte folgen Sie dem Link in der E-Mail, die wir Ihnen schicken.",
    unconfirmed="Das ist noch nicht bestätigt.",
    confirm_title="E-Mails von {tenant}?",
    confirm="Ja, {tenant} darf mir E-Mails mit Neuigkeiten und Angeboten schicken. Das kann ich jederzeit widerrufen.",
    confirm_button="Bestätigen",
    confirm_ignore="Wenn Sie das nicht wollten, schließen Sie einfach die Seite.",
    confirmed_title="Vielen Dank, das ist bestätigt",
    confirmed="{tenant} darf Ihnen E-Mails schicken. In jeder steht ein Link, mit dem Sie das beenden können.",
    expired_title="Dieser Link ist zu alt",
    expired="Solche Links gelten {days} Tage. Es wurde nichts geändert. Für E-Mails wenden Sie sich bitte an {tenant}.",
    void_title="Dieser Link ist nicht mehr in Gebrauch",
    void="Adresse oder Wahl haben sich seitdem geändert. Jetzt wurde nichts geändert. Fragen beantwortet {tenant}.",
)


def texts_for(language: str | None) -> Texts:
    """German for German tags (`de`, `de-AT`, …), English for all others."""
    return GERMAN if (language or "").lower().split("-")[0] == "de" else ENGLISH


def accepted_language(header: str) -> str:
    """The first language of an Accept-Language header that we speak; `en` when there is none."""
    for item in header.split(","):
        tag = item.split(";")[0].strip().lower().split("-")[0]
        if tag in (GERMAN.language, ENGLISH.language):
            return tag
    return ENGLISH.language
