"""What is worth telling an author about a message, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Gmail shows the first 102 KB of an HTML part and hides the rest, the unsubscribe link with it, behind a link.
GMAIL_CLIPS_AT = 102 * 1024
NO_UNSUBSCRIBE = "missing_unsubscribe"

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """An `error` keeps the message from being sent, a `warning` doesn't. `line` counts from 1 in `field`'s source."""

    code: str
    severity: Severity
    message: str
    line: int | None = None
    field: str = "html"


def clipping(html_bytes: int) -> list[Finding]:
    """A finding when an HTML part of `html_bytes` would be clipped by Gmail."""
    if html_bytes <= GMAIL_CLIPS_AT:
        return []
    message = f"the HTML has {html_bytes / 1024:.0f} KB; Gmail clips a message at 102 KB and hides its end"
    return [Finding("over_102_kb", "warning", message)]
