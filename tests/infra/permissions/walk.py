"""Follows a function's code from its handler to every AWS call that it can reach.

Objects are those that its composition root really makes, so that `self._store.save(…)` is followed into the one adapter
that is there; where no object is known, mypy's type says which may stand there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from mypy.nodes import CallExpr, Expression, FuncDef, MemberExpr, NameExpr, StrExpr, TypeInfo
from mypy.types import Instance

from .body import Body, BodyScan, models_of
from .flows import Flows
from .program import Program, function_of, instances, named_classes, tree

Node = tuple[str, int]
Found = tuple[FuncDef, object | None]
# How many functions away the text may be that a key or name begins with.
_NEAR = 3


class Walk:
    """Of one function, whose composed objects are `live`."""

    def __init__(self, program: Program, live: Iterable[object]) -> None:
        self._program = program
        self._objects = {id(one): one for one in live if program.class_of(one)}
        self._kinds = {info.fullname for one in self._objects.values() if (info := program.class_of(one))}
        self._made: set[str] = set()
        self.bodies: dict[Node, Body] = {}
        self.callers: dict[Node, set[tuple[Node, CallExpr | None]]] = defaultdict(set)

    def run(self, roots: Iterable[str]) -> Flows:
        """Reads everything that is reachable from the functions named `roots`; what flows into their fields."""
        roots = list(roots)
        before = -1
        # A class that is met late may be what an earlier call meant.
        while len(self._made) > before:
            before = len(self._made)
            self._run_once(roots)
        return Flows(self._program, (self._program.functions[name] for name in {name for name, _ in self.bodies}))

    def _run_once(self, roots: list[str]) -> None:
        self.bodies.clear()
        self.callers.clear()
        waiting: list[Node] = [(name, 0) for name in roots]
        while waiting:
            node = waiting.pop()
            if node not in self.bodies:
                waiting += self._read(node)

    def _read(self, node: Node) -> Iterator[Node]:
        name, receiver = node
        scan = BodyScan(self._program, self.targets, self._objects.get(receiver))
        body = self.bodies[node] = scan.read(self._program.functions[name])
        for reference in body.references:
            target = (reference.name, id(reference.receiver) if reference.receiver is not None else 0)
            self.callers[target].add((node, reference.call))
            yield target
        for made in body.made - self._kinds:
            self._made.add(made)
            for method in self._always_run(made):
                self.callers[method, 0].add((node, None))
                yield method, 0

    def _always_run(self, made: str) -> Iterator[str]:
        """What making an object, or Python itself, calls: its methods of the form `__x__`."""
        info = self._program.classes.get(made)
        for parent in info.mro if info else ():
            for name, symbol in parent.names.items():
                function = function_of(symbol.node)
                if name.startswith("__") and function and function.fullname in self._program.functions:
                    yield function.fullname

    def targets(self, member: MemberExpr, receiver: object | None) -> Iterator[Found]:
        """The methods and properties of ours, each with its object, that `member` may mean."""
        yield from self._held_functions(member, receiver)
        exact = [
            found
            for one in self._values(member.expr, receiver)
            for found in self._method(self._program.class_of(one), member.name, one)
        ]
        yield from exact
        if exact:
            return
        # Not known, or one that stands in for another by `__getattr__`.
        kind = self._program.type_of(member.expr)
        for wanted in instances(kind):
            if wanted.type.fullname in self._program.classes:
                yield from self._by_type(wanted, member.name)
        for named in named_classes(kind):
            yield from self._method(named, member.name, None)

    def _held_functions(self, member: MemberExpr, receiver: object | None) -> Iterator[Found]:
        """Functions and bound methods that the objects hold in the attribute itself."""
        for value in self._values(member, receiver):
            function = getattr(value, "func", value)
            name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
            if name in self._program.functions:
                yield self._program.functions[name], getattr(function, "__self__", None)

    def _by_type(self, wanted: Instance, name: str) -> Iterator[Found]:
        is_one_known = False
        for one in self._objects.values():
            info = self._program.class_of(one)
            if info is not None and self._program.is_a(info, wanted):
                is_one_known = True
                yield from self._method(info, name, one)
        for made in self._made & self._program.classes.keys():
            if self._program.is_a(self._program.classes[made], wanted):
                yield from self._method(self._program.classes[made], name, None)
        if not wanted.type.is_protocol and not is_one_known:
            yield from self._method(wanted.type, name, None)

    def _method(self, info: TypeInfo | None, name: str, receiver: object | None) -> Iterator[Found]:
        symbol = info.get(name) if info else None
        function = function_of(symbol.node) if symbol else None
        if function is not None and function.fullname in self._program.functions:
            yield function, receiver

    def _values(self, expression: Expression, receiver: object | None) -> list[Any]:
        """What an expression that begins with `self` is in the composed objects; nothing where that is not known."""
        if isinstance(expression, NameExpr) and expression.name == "self" and receiver is not None:
            return [receiver]
        if isinstance(expression, MemberExpr):
            owners = self._values(expression.expr, receiver)
            return [vars(one)[expression.name] for one in owners if expression.name in getattr(one, "__dict__", {})]
        return []

    def held(self, node: Node) -> set[str]:
        """Texts that the object holds whose method the function is."""
        held = getattr(self._objects.get(node[1]), "__dict__", {})
        return {text for value in held.values() for text in _texts(value)}

    def words_of_class(self, node: Node) -> set[str]:
        """What all methods of the function's class mention; nothing where it has none."""
        info = self._program.functions[node[0]].info
        methods = [f"{info.fullname}.{name}" for name in info.names] if info else []
        return {word for name in methods if name in self._program.functions for word in self.words((name, node[1]))}

    def words(self, node: Node, call: CallExpr | None = None) -> set[str]:
        """Texts and models that the function, or that one call in it, mentions: what its objects hold, and what the
        functions that it uses begin their results with."""
        name, receiver = node
        found: set[str] = set()
        for part in tree(call or self._program.functions[name]):
            match part:
                case CallExpr() if call is not None:
                    found |= {one for argument in part.args for one in models_of(self._program, argument)}
                case MemberExpr():
                    values = self._values(part, self._objects.get(receiver))
                    found |= {text for value in values for text in _texts(value)}
                    for target, _ in self.targets(part, None):
                        found |= self._written_in(target.fullname, _NEAR)
                case NameExpr() if isinstance(part.node, TypeInfo):
                    found.add(part.node.fullname)
                case NameExpr() if (target := function_of(part.node)) and not target.info:
                    found |= self._written_in(target.fullname, _NEAR)
                case StrExpr():
                    found.add(part.value)
        return found

    def _written_in(self, name: str, near: int) -> set[str]:
        function = self._program.functions.get(name)
        if near == 0 or function is None:
            return set()
        found: set[str] = set()
        for part in tree(function):
            match part:
                case StrExpr():
                    found.add(part.value)
                case MemberExpr():
                    for target, _ in self.targets(part, None):
                        found |= self._written_in(target.fullname, near - 1)
                case NameExpr() if (target := function_of(part.node)) and not target.info:
                    found |= self._written_in(target.fullname, near - 1)
        return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))
