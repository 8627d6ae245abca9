"""A message as its author left it: the sources, what they declare, and where each line came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ariia.domain.content.assembly import AssembledHtml
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.variables.declarations import Variable, VariableType, VariableValues
from ariia.domain.content.variables.roots import ROOTS
from ariia.domain.errors import InvalidError

_LINKS = {
    "unsubscribe_url": "https://example.com/u/sample",
    "preferences_url": "https://example.com/u/sample",
    "view_url": "https://example.com/v/sample",
}
_SAMPLES: dict[VariableType, Any] = {
    VariableType.STRING: "sample",
    VariableType.NUMBER: 1,
    VariableType.BOOLEAN: True,
    VariableType.DATE: "2026-01-31",
    VariableType.URL: "https://example.com/",
}


@dataclass(frozen=True)
class MessageDraft:
    """`roots` are the `tenant` and `campaign` of templates. `fields` names each source (`subject`, `text`, and the
    parts of the HTML) as the author knows it."""

    subject: str
    html: AssembledHtml
    text: str | None = None
    variables: tuple[Variable, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    roots: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when nothing was written yet."""
        return not (self.subject or self.has_body)

    @property
    def has_body(self) -> bool:
        """True when there is something to render beside the subject."""
        return bool(self.html.html or self.text)

    @property
    def names(self) -> frozenset[str]:
        """The declared variables, and roots beyond those that every template has."""
        return frozenset(variable.name for variable in self.variables) | (self.roots.keys() - ROOTS)

    def left_to_members(self) -> list[Variable]:
        """Variables that only a member's attributes can fill."""
        return [one for one in self.variables if one.default is None and self.values.get(one.name) in (None, "")]

    def sample_values(self) -> dict[str, Any]:
        """Template variables that don't depend on the member, with samples for what only members can fill.
        InvalidError for values that are not declared or not of their type."""
        fixed = self._fixed_values()
        defaults = {one.name: one.default for one in self.variables if one.default is not None}
        samples = {one.name: _SAMPLES[one.type] for one in self.left_to_members()}
        return {**samples, **defaults, **fixed, **self.roots, **_LINKS}

    def _fixed_values(self) -> dict[str, Any]:
        try:
            return VariableValues(self.variables, self.values).fixed
        except InvalidError as error:
            name = self.fields.get("values", "values")
            problems = [replace(one, field=name + one.field.removeprefix("values")) for one in error.problems]
            raise InvalidError(error.message, problems=problems) from error

    def located(self, finding: Finding) -> Finding:
        """`finding` with field and line as the author knows them."""
        name, line = finding.field, finding.line
        if name == "html" and line is not None:
            name, line = self.html.locate(line)
        return replace(finding, field=self.fields.get(name, name), line=line)
