"""What people agreed to can be looked up by the version that their consent names."""

from __future__ import annotations

import hashlib

from ariia.domain.confirmations.texts import ENGLISH, GERMAN, VERSION, content_for, text_for
from functions.public_pages import texts as page

# Words changed? Then raise VERSION, and note the digest of the new words here.
KNOWN = {"1": "3780c693d076979a"}


def digest() -> str:
    """Of everything that somebody reads on the way to a confirmation."""
    mails = [f"{one.subject}{one.html}{one.body}" for one in (content_for("en", 30), content_for("de", 30))]
    pages = [f"{one.confirm_title}{one.confirm}{one.confirm_button}" for one in (page.ENGLISH, page.GERMAN)]
    return hashlib.sha256("".join(mails + pages).encode()).hexdigest()[:16]


def test_a_version_stands_for_the_same_words_for_ever() -> None:
    assert KNOWN[VERSION] == digest()


def test_the_language_is_the_members() -> None:
    assert [text_for(one) for one in ("de", "de-AT", "en-GB", "fr", None)] == [
        GERMAN,
        GERMAN,
        ENGLISH,
        ENGLISH,
        ENGLISH,
    ]
