"""Which names a template uses, and which of them nobody gives it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jinja2 import meta, nodes

from ariia.domain.content.sandbox.environment import ContentEnvironment
from ariia.domain.content.sandbox.meter import metered
from ariia.domain.content.sandbox.syntax import compile_tree, parse
from ariia.domain.content.variables.roots import ROOT_FIELDS, ROOTS


@dataclass(frozen=True)
class UnknownName:
    """A name a template uses that it will not have, with the first line that does."""

    name: str
    line: int


@dataclass(frozen=True)
class TemplateNames:
    """`used`: the variables read from outside; `unknown`: those, and fields like `member.nickname`, that aren't."""

    used: frozenset[str]
    unknown: tuple[UnknownName, ...]


def template_names(
    environment: ContentEnvironment,
    source: str,
    field: str,
    declared: Collection[str],
    root_fields: Mapping[str, Collection[str]] = ROOT_FIELDS,
) -> TemplateNames:
    """The names that `source` uses, judged against the roots, their fields and the `declared` variables.

    InvalidError as of `syntax.parse`, and for unknown filters and tests.
    """
    tree = parse(environment, source, field)
    with metered():
        used = frozenset(meta.find_undeclared_variables(_checked(environment, tree, field)))
    unknown: dict[str, int] = {}
    for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        name = _unknown_name(node, used - ROOTS - set(declared), used, root_fields)
        if name:
            unknown[name] = min(node.lineno, unknown.get(name, node.lineno))
    return TemplateNames(used, tuple(UnknownName(name, line) for name, line in sorted(unknown.items(), key=_by_line)))


def _checked(environment: ContentEnvironment, tree: nodes.Template, field: str) -> nodes.Template:
    compile_tree(environment, tree, field)
    return tree


def _unknown_name(
    node: nodes.Node, missing: Collection[str], used: Collection[str], root_fields: Mapping[str, Collection[str]]
) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" and node.name in missing else None
    if not isinstance(node, (nodes.Getattr, nodes.Getitem)) or not isinstance(node.node, nodes.Name):
        return None
    root = node.node.name
    key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    if root not in root_fields or root not in used or not isinstance(key, str):
        return None
    known = {*root_fields[root], "get", "items", "keys", "values"}
    return None if key in known else f"{root}.{key}"


def _by_line(entry: tuple[str, int]) -> tuple[int, str]:
    return entry[1], entry[0]
