"""Reading and rendering in the own process, for tests: nothing but the meter bounds what a template does there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ariia.domain.content import rendering
from ariia.domain.content.checks import trial
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.sandbox.meter import bounded
from ariia.domain.content.whole_message import FullMessage, MessageSource
from ariia.ports.content import ContentTrial, MessageRenderer


class DirectRendering(ContentTrial, MessageRenderer):
    """ContentTrial and MessageRenderer without a guard."""

    def check(self, content: trial.TrialContent, members: Sequence[Mapping[str, Any]]) -> list[Finding]:
        with bounded():
            return trial.judge_content(content, members)

    def message(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        with bounded():
            return rendering.message(source, variables)

    def page(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        with bounded():
            return rendering.page(source, variables)

    def picture(self, source: MessageSource, variables: Mapping[str, Any]) -> str:
        with bounded():
            return rendering.picture(source, variables)
