"""Finding somebody in what others wrote."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def mentions(value: Any, text: str) -> bool:
    """True when `text` stands somewhere in the JSON value, by itself: as an item, a value or a key."""
    if isinstance(value, dict):
        return text in value or any(mentions(one, text) for one in value.values())
    if isinstance(value, list):
        return any(mentions(one, text) for one in value)
    return bool(value == text)


def is_about(value: object, words: Collection[str]) -> bool:
    """True when a value that somebody wrote is one of `words` (lower case), or holds an address that is one."""
    told = str(value).strip().lower()
    return told in words or any(word in told for word in words if "@" in word or word.startswith("+"))
