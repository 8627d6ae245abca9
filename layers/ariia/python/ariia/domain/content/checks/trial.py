"""Judging a message: by reading it, then by rendering it for sample and extreme members.

Run it where a hostile template does no harm (`adapters.template_guard`): it compiles and renders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2.exceptions import UndefinedError
from markupsafe import escape

from ariia.domain.content.assembly import content_findings
from ariia.domain.content.checks.active_content import CODE as ACTIVE
from ariia.domain.content.checks.active_content import active_in
from ariia.domain.content.checks.findings import NO_UNSUBSCRIBE, Finding, Severity, clipping
from ariia.domain.content.sandbox.meter import RenderLimitError
from ariia.domain.content.slots.compiled import CompiledContent, compile_content
from ariia.domain.content.variables.declarations import Variable, VariableValues
from ariia.domain.content.variables.roots import ROOTS
from ariia.domain.content.variables.samples import bare_member, sample_attributes, sample_members
from ariia.domain.errors import InvalidError

_FAILED: tuple[str, Severity] = ("render_failed", "error")
_EMPTY_BODY = Finding("empty_body", "error", "the message is empty: write an HTML or a text part")
# What no mail program shows; what is never closed reaches to the end.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script|title)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class TrialContent:
    """What is tried: the three sources, the template variables that don't depend on the member (`shared`: tenant,
    campaign, links), the declared variables and the campaign's values for them."""

    subject: str
    html: str
    text: str | None
    shared: Mapping[str, Any]
    variables: tuple[Variable, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """What the templates may use beside the roots that every template has."""
        return frozenset(self.shared.keys() | {variable.name for variable in self.variables}) - ROOTS


def judge_content(content: TrialContent, members: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
    """The findings of reading `content` (assembly.content_findings, `empty_body`), and, where that makes sense, of
    trying it for `members` (member views of real people) and for the extreme ones."""
    found = content_findings(content.subject, content.html, content.text, content.names)
    if not (content.html or content.text):
        return [*found, _EMPTY_BODY]
    if any(one.code in ("syntax", "unknown_variable") for one in found):
        return found
    # Drop findings already reported for the source: every rendered sample would repeat them.
    known = {one.code for one in found} & {ACTIVE, NO_UNSUBSCRIBE}
    return found + [one for one in try_content(content, members) if one.code not in known]


def try_content(content: TrialContent, members: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
    """The findings of rendering `content` for `members` (member views of real people) and for the extreme ones.

    Codes: `syntax`, `invalid_value`, `render_failed`, `too_large`, `missing_unsubscribe`,
    `active_content` (errors); `missing_value`
    (warning: members without some field would fail), `over_102_kb`. Each is reported once for each line.
    """
    try:
        compiled = compile_content(content.subject, content.html, content.text)
    except InvalidError as error:
        return list(_failures(error, "syntax", "error"))
    try:
        values = VariableValues(content.variables, content.values)
    except InvalidError as error:
        return list(_failures(error, "invalid_value", "error"))
    trial = _Trial(compiled, values, content.shared)
    samples = [member | {"attributes": sample_attributes(content.variables)} for member in sample_members()]
    found = [finding for member in members for finding in trial.findings(member, real=True)]
    found += [finding for member in [*samples, bare_member()] for finding in trial.findings(member, real=False)]
    return list({(each.code, each.field, each.line): each for each in reversed(found)}.values())[::-1]


class _Trial:
    def __init__(self, compiled: CompiledContent, values: VariableValues, shared: Mapping[str, Any]) -> None:
        self._compiled, self._values, self._shared = compiled, values, shared

    def findings(self, member: Mapping[str, Any], *, real: bool) -> Iterator[Finding]:
        try:
            variables = {**self._values.of(member.get("attributes", {})), **self._shared, "member": member}
        except InvalidError as error:
            yield from _failures(error, *_missing(real))
            return
        try:
            self._compiled.render(variables)
            full = self._compiled.full_render(variables)
        except RenderLimitError as error:
            yield from _failures(error, "too_large", "error")
        except InvalidError as error:
            without_value = isinstance(error.__cause__, UndefinedError)
            yield from _failures(error, *(_missing(real) if without_value else _FAILED))
        else:
            yield from _activity(full.html)
            yield from clipping(len(full.html.encode(errors="replace")))
            yield from _link_findings(full.html or full.text, bool(full.html), variables)


def _missing(real: bool) -> tuple[str, Severity]:
    """A real member without a value will not get the message; that an invented one has none only warns."""
    return _FAILED if real else ("missing_value", "warning")


def _failures(error: InvalidError, code: str, severity: Severity) -> Iterator[Finding]:
    if not error.problems:
        yield Finding(code, severity, error.message)
    for problem in error.problems:
        yield Finding(code, severity, problem.message, problem.line, problem.field)


def _activity(html: str) -> Iterator[Finding]:
    """What reading the template can't tell: a member's own text that comes out as markup."""
    found = active_in(html)
    if found:
        yield Finding(ACTIVE, "error", f"as rendered for some members: {found}")


def _link_findings(body: str, is_html: bool, variables: Mapping[str, Any]) -> Iterator[Finding]:
    link = variables.get("unsubscribe_url")
    if link and (str(escape(link)) if is_html else link) not in (_UNSEEN.sub("", body) if is_html else body):
        message = "for some members the message shows no link to unsubscribe"
        yield Finding(NO_UNSUBSCRIBE, "error", message, field="html" if is_html else "text")
