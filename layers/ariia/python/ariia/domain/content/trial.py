"""Rendering a message for sample and extreme members, to find what reading it can't tell.

Run it where a hostile template does no harm (`adapters.template_guard`): it renders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from ariia.domain.errors import InvalidError

from .findings import Finding, clipping
from .meter import RenderLimitError
from .samples import bare_member, sample_members
from .slots import CompiledContent, compile_content


@dataclass(frozen=True)
class TrialContent:
    """What is tried: the three sources, and the template variables that don't depend on the member."""

    subject: str
    html: str
    text: str | None
    shared: Mapping[str, Any]


def try_content(content: TrialContent, members: Sequence[Mapping[str, Any]] = ()) -> list[Finding]:
    """The findings of rendering `content` for `members` (member views of real people) and for the extreme ones.

    Codes: `syntax`, `render_failed`, `too_large`, `missing_unsubscribe` (errors); `missing_value` (warning: members
    without some field will fail), `over_102_kb`. Each is reported once.
    """
    try:
        compiled = compile_content(content.subject, content.html, content.text)
    except InvalidError as error:
        return [Finding("syntax", "error", each.message, each.line, each.field) for each in error.problems]
    found: list[Finding] = []
    for member in [*members, *sample_members()]:
        found += _try_member(compiled, {**content.shared, "member": member}, bare=False)
    found += _try_member(compiled, {**content.shared, "member": bare_member()}, bare=True)
    return list({(finding.code, finding.field, finding.line): finding for finding in reversed(found)}.values())[::-1]


def _try_member(compiled: CompiledContent, variables: Mapping[str, Any], *, bare: bool) -> Iterator[Finding]:
    try:
        compiled.render(variables)
        full = compiled.full_render(variables)
    except RenderLimitError as error:
        yield from _failures(error, "too_large", "error")
    except InvalidError as error:
        yield from _failures(error, "missing_value" if bare else "render_failed", "warning" if bare else "error")
    else:
        yield from clipping(len(full.html.encode(errors="replace")))
        yield from _link_findings(full.html or full.text, bool(full.html), variables)


def _failures(error: InvalidError, code: str, severity: Any) -> Iterator[Finding]:
    if not error.problems:
        yield Finding(code, severity, error.message)
    for problem in error.problems:
        yield Finding(code, severity, problem.message, problem.line, problem.field)


def _link_findings(body: str, is_html: bool, variables: Mapping[str, Any]) -> Iterator[Finding]:
    link = variables.get("unsubscribe_url")
    if link and (str(escape(link)) if is_html else link) not in body:
        message = "for some members the message has no link to unsubscribe"
        yield Finding("missing_unsubscribe", "error", message, field="html" if is_html else "text")
