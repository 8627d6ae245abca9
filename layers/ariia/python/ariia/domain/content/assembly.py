"""Putting a template's parts together, and judging the whole before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ariia.domain.content.checks.findings import NO_UNSUBSCRIBE, Finding, clipping
from ariia.domain.errors import InvalidError

if TYPE_CHECKING:
    from ariia.domain.content.checks.names import TemplateNames
    from ariia.domain.content.sandbox.environment import ContentEnvironment

MAX_SUBJECT = 150
_DECLARED = "variables_json"


@dataclass(frozen=True)
class AssembledHtml:
    """One HTML template made of parts; `starts` names each part with its first line in `html`."""

    html: str
    starts: tuple[tuple[str, int], ...]

    def locate(self, line: int) -> tuple[str, int]:
        """The part and the line in it that `line` of the whole is."""
        field, first = next(start for start in reversed(self.starts) if start[1] <= line)
        return field, line - first + 1

    def relocate(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those on `html` naming the part they are in, and its line."""
        return [self._relocated(finding) for finding in findings]

    def _relocated(self, finding: Finding) -> Finding:
        if finding.field != "html" or finding.line is None:
            return finding
        field, line = self.locate(finding.line)
        return replace(finding, field=field, line=line)


def assemble(header_html: str, body_template: str, footer_html: str) -> AssembledHtml:
    """`header_html + body_template + footer_html`, each beginning on a line of its own (so that no two parts make
    one Jinja2 tag by accident, and every line belongs to one part). Empty parts are left out."""
    starts, sources, line = [], [], 1
    for field, source in (("header_html", header_html), ("body_template", body_template), ("footer_html", footer_html)):
        if source:
            starts.append((field, line))
            sources.append(source)
            line += source.count("\n") + 1
    return AssembledHtml("\n".join(sources), tuple(starts or [("body_template", 1)]))


def content_findings(subject: str, html: str, text: str | None, declared: Collection[str]) -> list[Finding]:
    """Everything that reading the three sources tells; nothing is rendered (the template guard does that).

    Codes: `syntax`, `unknown_variable`, `missing_unsubscribe`, `broken_link`, `empty_subject`,
    `active_content` (errors);
    `unused_variable`, `over_102_kb`, `image_without_alt`, `long_subject`, `text_without_unsubscribe` (warnings).
    """
    # Imported when needed: putting parts together takes no Jinja2, and the API starts a seventh sooner without it.
    from ariia.domain.content.checks.active_content import active_findings
    from ariia.domain.content.checks.markup import markup_findings
    from ariia.domain.content.sandbox.environment import html_environment, plain_environment

    parts = [("subject", subject, plain_environment()), ("html", html, html_environment())]
    if text or not html:
        parts.append(("text", text or "", plain_environment()))
    findings = _subject_findings(subject)
    used: dict[str, frozenset[str]] = {}
    for field, source, environment in parts:
        names, found = _names(environment, source, field, declared)
        findings += found
        if names:
            used[field] = names.used
    if "html" in used:
        findings += markup_findings(html) + active_findings(html) + clipping(len(html.encode(errors="replace")))
    if len(used) == len(parts):
        findings += _unsubscribe_findings(bool(html), used) + _unused_findings(declared, used)
    return findings


def _subject_findings(subject: str) -> list[Finding]:
    if not subject.strip():
        return [Finding("empty_subject", "error", "the subject is empty", field="subject")]
    if len(subject) > MAX_SUBJECT:
        message = f"the subject has {len(subject)} characters; most programs show about 60, {MAX_SUBJECT} is the limit"
        return [Finding("long_subject", "warning", message, field="subject")]
    return []


def _names(
    environment: ContentEnvironment, source: str, field: str, declared: Collection[str]
) -> tuple[TemplateNames | None, list[Finding]]:
    from ariia.domain.content.checks.names import template_names

    try:
        names = template_names(environment, source, field, declared)
    except InvalidError as error:
        return None, [Finding("syntax", "error", each.message, each.line, field) for each in error.problems]
    return names, [
        Finding("unknown_variable", "error", f"'{unknown.name}' is not known or declared", unknown.line, field)
        for unknown in names.unknown
    ]


def _unsubscribe_findings(has_html: bool, used: Mapping[str, Collection[str]]) -> list[Finding]:
    """RFC 8058 headers serve the mail program; the law and Gmail's bulk rules also want a link to be seen."""
    main = "html" if has_html else "text"
    if "unsubscribe_url" not in used[main]:
        message = "no link to unsubscribe: put {{ unsubscribe_url }} into the message"
        return [Finding(NO_UNSUBSCRIBE, "error", message, field=main)]
    if "unsubscribe_url" not in used.get("text", used[main]):
        message = "the text part has no {{ unsubscribe_url }}"
        return [Finding("text_without_unsubscribe", "warning", message, field="text")]
    return []


def _unused_findings(declared: Collection[str], used: Mapping[str, Collection[str]]) -> list[Finding]:
    unused = sorted(set(declared).difference(*used.values()))
    return [
        Finding("unused_variable", "warning", f"the variable '{name}' is declared but never used", field=_DECLARED)
        for name in unused
    ]
