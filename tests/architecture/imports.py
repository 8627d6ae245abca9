"""Every import of every file, wherever it stands: nested, under TYPE_CHECKING, relative, or by `import_module`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .source_tree import Source

_DYNAMIC = {"import_module", "__import__"}


@dataclass(frozen=True)
class Import:
    """`source` imports `target` (a module of ours, or the dotted name of a foreign one) in `line`."""

    source: Source
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line} imports {self.target}"


def imports_of(sources: Iterable[Source]) -> list[Import]:
    """The imports of all `sources`; `from package import name` counts as the module `package.name` if there is one."""
    known = list(sources)
    modules = {source.module for source in known}
    return [one for source in known for one in _imports(source, modules)]


def _imports(source: Source, modules: set[str]) -> Iterator[Import]:
    for node in ast.walk(source.tree):
        for target in _targets(source, node, modules):
            yield Import(source, target, getattr(node, "lineno", 0))


def _targets(source: Source, node: ast.AST, modules: set[str]) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        start = _absolute(source, node)
        found = [f"{start}.{alias.name}" for alias in node.names]
        return [one if one in modules else start for one in found]
    if isinstance(node, ast.Call) and _name(node.func) in _DYNAMIC:
        return [_literal(node)]
    return []


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.package.split(".")
    start = package[: len(package) - node.level + 1]
    return ".".join([*start, *([node.module] if node.module else [])])


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(call: ast.Call) -> str:
    """What is imported by name; `?` when only the running program knows."""
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else "?"
