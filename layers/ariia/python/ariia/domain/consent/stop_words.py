"""Words by which a member leaves a channel, or comes back, by answering a message. Data: one set per language."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class StopMeaning(StrEnum):
    """What a whole message of one such word says."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# STOP, UNSUBSCRIBE, START, HELP … are the words of the CTIA's Messaging Principles (2023, 5.1.3), which US carriers and
# SMS providers treat alike; the others are their usual forms in each language. In normal form, see `normalised`.
STOP_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "opt out", "optout", "remove me"),
    "de": ("stopp", "abmelden", "abmeldung", "abbestellen", "austragen", "kündigen", "keine werbung", "nein danke"),
    "fr": ("arret", "arrêt", "désabonner", "désinscription", "me désabonner"),
    "es": ("alto", "baja", "cancelar", "parar", "darse de baja"),
    "it": ("ferma", "fermati", "annulla", "disiscrivimi", "cancellami"),
    "nl": ("afmelden", "uitschrijven"),
    "pl": ("rezygnuję", "wypisz", "wypisz mnie"),
    "pt": ("pare", "sair", "cancelar inscrição"),
    "tr": ("dur", "iptal", "abonelikten çık"),
}
START_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("start", "unstop", "subscribe", "opt in", "optin", "resume"),
    "de": ("anmelden", "wieder anmelden", "weiter"),
    "fr": ("commencer", "reprendre", "m abonner"),
    "es": ("iniciar", "reanudar", "alta"),
    "it": ("inizia", "riprendi", "iscrivimi"),
    "nl": ("aanmelden", "beginnen"),
    "pl": ("wznów", "zapisz mnie"),
    "pt": ("começar", "retomar"),
    "tr": ("başla", "devam"),
}
HELP_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("help", "info"),
    "de": ("hilfe",),
    "fr": ("aide",),
    "es": ("ayuda",),
    "it": ("aiuto",),
    "nl": ("hulp",),
    "pl": ("pomoc",),
    "pt": ("ajuda",),
    "tr": ("yardım",),
}
_LONGEST = 40
_NOT_A_LETTER = re.compile(r"[\W_]+")


def meaning(text: str) -> StopMeaning | None:
    """What `text` says, if the whole of it is one of the words; None for everything else, a sentence with one too."""
    return _MEANINGS.get(normalised(text)) if len(text) <= 4 * _LONGEST else None


def normalised(text: str) -> str:
    """Letters and digits in lower case, without accents, one blank between words: ` »STOPP!« ` is `stopp`."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return _NOT_A_LETTER.sub(" ", plain).strip()


_MEANINGS = {
    normalised(word): says
    for says, words in (
        (StopMeaning.HELP, HELP_WORDS),
        (StopMeaning.START, START_WORDS),
        (StopMeaning.STOP, STOP_WORDS),
    )
    for language in words.values()
    for word in language
}
