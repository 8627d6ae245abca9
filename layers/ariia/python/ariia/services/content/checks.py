"""Judging content, out of harm's way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ariia.domain.content.checks.findings import NO_UNSUBSCRIBE, Finding
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.errors import InvalidError, Problem
from ariia.ports.content import ContentTrial

# What a draft may still lack when it is saved.
MAY_COME_LATER = frozenset({"empty_subject", "empty_body", NO_UNSUBSCRIBE})


class ContentChecks:
    """Findings about a message, at save and at submit."""

    def __init__(self, trial: ContentTrial) -> None:
        self._trial = trial

    def findings(self, draft: MessageDraft, members: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
        """Everything wrong or doubtful, each once, errors first; what can't be rendered for one of `members` (views of
        people who will get it) is an error. InvalidError for values that don't fit their declaration, TransientError
        when the content could not be tried."""
        # Imported when needed: only judging content takes Jinja2, and the API starts sooner without it.
        from ariia.domain.content.checks.trial import TrialContent

        values = draft.sample_values()
        content = TrialContent(draft.subject, draft.html.html, draft.text, values)
        found = self._trial.check(content, members)
        found += [_left_to_members(one.name) for one in draft.left_to_members()]
        located = [draft.located(one) for one in found]
        return sorted(dict.fromkeys(located), key=lambda one: one.severity != "error")

    def require_savable(self, draft: MessageDraft) -> list[Finding]:
        """The findings of a draft; InvalidError for what is wrong already, beyond what may come later."""
        findings = self.findings(draft)
        _require_no_errors(findings, MAY_COME_LATER)
        return findings

    def require_sendable(self, draft: MessageDraft, members: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
        """The warnings about a message that is complete; InvalidError naming every error."""
        findings = self.findings(draft, members)
        _require_no_errors(findings, ())
        return findings


def _left_to_members(name: str) -> Finding:
    message = f"the variable '{name}' has no value here: it comes from each member's attribute '{name}'"
    return Finding("left_to_members", "warning", message, field="variables_json")


def _require_no_errors(findings: Sequence[Finding], but: Collection[str]) -> None:
    errors = [one for one in findings if one.severity == "error" and one.code not in but]
    if errors:
        problems = [Problem(one.field, one.message, line=one.line) for one in errors]
        raise InvalidError("the content is not valid", problems=problems)
