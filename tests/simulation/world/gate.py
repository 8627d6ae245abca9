"""The preflight's gate, open: what a preflight finds is a matter of reading, which no crash leaves half done."""

from __future__ import annotations

from typing import Any

from ariia.domain.content.checks.findings import Finding


class OpenGate:
    """Lets everything pass."""

    def require(self, *_: Any) -> list[Finding]:
        """See PreflightGate."""
        return []


OPEN: Any = OpenGate()
