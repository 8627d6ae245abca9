"""The functions' source with the type of every expression, as mypy sees it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mypy import build
from mypy.main import process_options
from mypy.nodes import (
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    IfStmt,
    MypyFile,
    Node,
    OverloadedFuncDef,
    Statement,
    TypeInfo,
    Var,
)
from mypy.subtypes import is_subtype
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    Overloaded,
    ProperType,
    TupleType,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)
from mypy.typevars import fill_typevars_with_any

ROOT = Path(__file__).parents[3]
OWN = ("ariia.", "functions.")


class Program:
    """Functions and classes of our own by full name, and what mypy knows about their expressions."""

    def __init__(self) -> None:
        folders = (ROOT / "functions", ROOT / "layers" / "ariia" / "python" / "ariia")
        files = [str(path) for folder in folders for path in sorted(folder.rglob("*.py"))]
        sources, options = process_options(["--config-file", str(ROOT / "pyproject.toml"), *files])
        options.export_types = options.preserve_asts = True
        options.incremental, options.cache_dir = False, os.devnull
        result = build.build(sources, options)
        if result.errors:
            raise RuntimeError("\n".join(result.errors))
        self.files: dict[str, MypyFile] = {name: one for name, one in result.files.items() if name.startswith(OWN)}
        self._types = result.types
        self.functions: dict[str, FuncDef] = {}
        self.classes: dict[str, TypeInfo] = {}
        for file in self.files.values():
            self._collect(file.defs)

    def _collect(self, statements: list[Statement]) -> None:
        for one in statements:
            if isinstance(one, ClassDef):
                self.classes[one.info.fullname] = one.info
                self._collect(one.defs.body)
            elif isinstance(one, IfStmt):
                for block in one.body:
                    self._collect(block.body)
            else:
                function = function_of(one)
                if function is not None:
                    self.functions[function.fullname] = function

    def type_of(self, expression: Expression) -> ProperType | None:
        """What mypy inferred; None for what it did not look at."""
        found = self._types.get(expression)
        return None if found is None else get_proper_type(found)

    def class_of(self, live: object) -> TypeInfo | None:
        """The class of an object of this process."""
        kind = type(live)
        return self.classes.get(f"{kind.__module__}.{kind.__qualname__}")

    def is_a(self, info: TypeInfo, wanted: Instance) -> bool:
        """Whether objects of the class may stand where `wanted`, which may be a protocol, is declared."""
        return is_subtype(fill_typevars_with_any(info), wanted)


# Links to what a node means, which lies elsewhere in the tree.
_LINKS = {
    "expanded",
    "node",
    "info",
    "var",
    "variable",
    "original_def",
    "analyzed",
    "call",
    "names",
    "original_decorators",
}


def tree(node: object) -> Iterator[Node]:
    """The node and all below it, each before those inside of it. mypy's own visitors can't be subclassed where mypy is
    compiled."""
    if isinstance(node, list | tuple):
        for one in node:
            yield from tree(one)
    elif isinstance(node, Node) and not isinstance(node, TypeInfo | Var):
        yield node
        for name in type(node).__mypyc_attrs__:  # type: ignore[attr-defined]
            if name not in _LINKS:
                yield from tree(getattr(node, name))


def function_of(node: object) -> FuncDef | None:
    """The function that a statement or symbol is or wraps."""
    if isinstance(node, Decorator):
        return node.func
    if isinstance(node, OverloadedFuncDef):
        return function_of(node.items[0])
    return node if isinstance(node, FuncDef) else None


def instances(kind: ProperType | None) -> Iterator[Instance]:
    """The classes that a value of this type, or the elements of such a collection, may be of."""
    if isinstance(kind, Instance):
        yield kind
    elif isinstance(kind, UnionType):
        for item in kind.items:
            yield from instances(get_proper_type(item))
    elif isinstance(kind, TypeVarType):
        yield from instances(get_proper_type(kind.upper_bound))


def named_classes(kind: ProperType | None) -> Iterator[TypeInfo]:
    """The classes that an expression of this type is itself, not an instance of."""
    if isinstance(kind, CallableType | Overloaded) and kind.is_type_obj():
        yield kind.type_object()
    elif isinstance(kind, TypeType):
        yield from (one.type for one in instances(kind.item))
    elif isinstance(kind, UnionType):
        for item in kind.items:
            yield from named_classes(get_proper_type(item))


def classes_inside(kind: ProperType | None) -> Iterator[TypeInfo]:
    """All classes that a type mentions, whether as elements, parts or itself."""
    yield from named_classes(kind)
    if isinstance(kind, TupleType):
        for item in kind.items:
            yield from classes_inside(get_proper_type(item))
    for one in instances(kind):
        yield one.type
        for argument in one.args:
            yield from classes_inside(get_proper_type(argument))


def is_any(kind: ProperType | None) -> bool:
    return isinstance(kind, AnyType)
