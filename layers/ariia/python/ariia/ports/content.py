"""Where templates are read and rendered: a hostile one does no harm there, and takes little time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.whole_message import FullMessage, MessageSource

if TYPE_CHECKING:
    from ariia.domain.content.checks.trial import TrialContent


class ContentTrial(Protocol):
    """Judges content before it meets members."""

    def check(self, content: TrialContent, members: Sequence[Mapping[str, Any]]) -> list[Finding]:
        """What reading it, and rendering it for `members` and for extreme members, shows; TransientError when it could
        not be told."""
        ...


class MessageRenderer(Protocol):
    """Renders a message whole. Each raises InvalidError naming part and line for what can't be rendered (one of
    RenderLimitError for what takes too much), and TransientError when it could not be told."""

    def message(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        """The message as the recipient with these variables reads it."""
        ...

    def page(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        """The same, its HTML fit for a page of our own."""
        ...

    def picture(self, source: MessageSource, variables: Mapping[str, Any]) -> str:
        """The same as an SVG."""
        ...
