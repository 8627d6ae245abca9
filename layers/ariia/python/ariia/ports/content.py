"""Trying content before it meets members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ariia.domain.content.findings import Finding

if TYPE_CHECKING:
    from ariia.domain.content.trial import TrialContent


class ContentTrial(Protocol):
    """Renders content where a hostile template does no harm."""

    def check(self, content: TrialContent, members: Sequence[Mapping[str, Any]]) -> list[Finding]:
        """What rendering for `members` and for extreme members shows; TransientError when it could not be told."""
        ...
