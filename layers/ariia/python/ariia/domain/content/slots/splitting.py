"""Splitting a template into static text and dynamic slots, with the Jinja2 tree kept whole.

Each stretch of top-level static text is replaced by one separator; the template is compiled once and rendered once
for each recipient; what stands between the separators are the slots. Macros, `set`, namespaces and whitespace control
need no special case, since the tree stays as it is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from jinja2 import Template, nodes
from jinja2.environment import Environment

from ariia.domain.content.sandbox.environment import ContentEnvironment
from ariia.domain.content.sandbox.meter import RenderLimitError
from ariia.domain.content.sandbox.syntax import compile_tree

MAX_RENDERED = 1_000_000
# A slot's name costs about eight bytes for each recipient: shorter static text between two slots joins them instead.
_MIN_STATIC = 8
_SILENT = (nodes.Assign, nodes.AssignBlock, nodes.Macro)
_LEADING = re.compile(r"\}*")
_TRAILING = "{\\"


@dataclass(frozen=True)
class SplitTemplate:
    """`statics` stand between the slots: slot, static, slot, static, …, slot. `filled[i]` tells whether slot i can
    hold anything; `template` is None when none can."""

    field: str
    template: Template | None
    separator: str
    statics: tuple[str, ...]
    filled: tuple[bool, ...]

    def slots(self, parent: dict[str, Any]) -> list[str]:
        """The text of each filled slot for one recipient, in order; what the template raises."""
        if self.template is None:
            return []
        environment = self.template.environment
        context = environment.context_class(environment, parent, self.template.name, self.template.blocks)
        pieces = list(self.template.root_render_func(context))
        if sum(map(len, pieces)) > MAX_RENDERED:
            raise RenderLimitError(f"a rendered part may have at most {MAX_RENDERED} characters")
        parts = "".join(pieces).split(self.separator)
        if len(parts) != len(self.filled):
            raise AssertionError(f"{len(parts)} parts instead of {len(self.filled)} between the separators")
        return list(compress(parts, self.filled))

    def whole(self, slots: Sequence[str]) -> str:
        """The rendered part, put together from the slots' texts."""
        texts = iter(slots)
        return "".join(
            (next(texts) if filled else "") + static
            for filled, static in zip(self.filled, (*self.statics, ""), strict=True)
        )


def split(environment: ContentEnvironment, tree: nodes.Template, field: str) -> SplitTemplate:
    """Splits `tree` (which it changes) and compiles it; InvalidError as `compile_tree` raises it."""
    separator = f"\x00{secrets.token_hex(16)}\x00"
    if tree.find(nodes.Extends):
        return SplitTemplate(field, compile_tree(environment, tree, field), separator, (), (True,))
    splitter = _Splitter(environment, separator)
    splitter.walk(tree)
    template = compile_tree(environment, tree, field) if splitter.is_dynamic else None
    return SplitTemplate(field, template, separator, tuple(splitter.statics), tuple(splitter.filled))


class _Splitter:
    """Rebuilds the top level of a tree: stretches of static text become separators, all else stays."""

    def __init__(self, environment: Environment, separator: str) -> None:
        self.environment, self.separator = environment, separator
        self.body: list[nodes.Node] = []
        self.silent: list[nodes.Node] = []
        self.text, self.line = "", 1
        self.is_dynamic = False
        self.statics: list[str] = []
        self.filled: list[bool] = [False]

    def walk(self, tree: nodes.Template) -> None:
        for statement in tree.body:
            for child in statement.nodes if isinstance(statement, nodes.Output) else [statement]:
                self._take(child)
        self._end_static(last=True)
        self.body += self.silent
        tree.body = self.body

    def _take(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.TemplateData):
            self.line = node.lineno if not self.text else self.line
            self.text += node.data
            return
        self.is_dynamic = True
        if isinstance(node, _SILENT):
            # Prints nothing: the static text around it stays one stretch.
            self._keep(node) if not self.text else self.silent.append(node)
        else:
            self._end_static(last=False)
            self._keep_silent()
            self._keep(_output(node, node.lineno) if isinstance(node, nodes.Expr) else node)
            self.filled[-1] = True

    def _end_static(self, *, last: bool) -> None:
        """Closes the stretch of static text: its core leaves the template, edges that SES could misread stay."""
        text, self.text = self.text, ""
        lead = _LEADING.match(text).end() if self.filled[-1] else 0  # type: ignore[union-attr]
        tail = len(text) if last else max(lead, len(text.rstrip(_TRAILING)))
        between = self.filled[-1] and not last
        if tail - lead < (_MIN_STATIC if between else 1):
            self._data(text)
            return
        self._data(text[:lead])
        self._keep(_output(nodes.TemplateData(self.separator), self.line))
        self.statics.append(text[lead:tail])
        self.filled.append(False)
        self._data(text[tail:])

    def _data(self, text: str) -> None:
        if text:
            self._keep(_output(nodes.TemplateData(text), self.line))
            self.filled[-1] = True

    def _keep(self, node: nodes.Node) -> None:
        node.set_environment(self.environment)
        self.body.append(node)

    def _keep_silent(self) -> None:
        for node in self.silent:
            self._keep(node)
        self.silent.clear()


def _output(node: nodes.Expr, line: int) -> nodes.Output:
    output = nodes.Output([node])
    output.set_lineno(line)
    return output
