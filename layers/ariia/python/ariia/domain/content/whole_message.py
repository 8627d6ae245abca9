"""A message as one whole: its sources, and what a recipient reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageSource:
    """The three templates of a message; without `text` it is derived from `html`."""

    subject: str
    html: str
    text: str | None = None


@dataclass(frozen=True)
class FullMessage:
    """A message as one recipient reads it."""

    subject: str
    html: str
    text: str
