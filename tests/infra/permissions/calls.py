"""Every AWS call that a function can reach, with the ARNs of what it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mypy.nodes import Decorator, MemberExpr, NameExpr

from .body import Operation, models_of
from .program import Program
from .resources import Resources
from .walk import Node, Walk

# Decorators that change how a function is called, not by whom.
_PLAIN = {"property", "cached_property", "cache", "staticmethod", "classmethod", "contextmanager"}


@dataclass(frozen=True, order=True)
class AwsCall:
    """An operation on one resource; `resource` is its ARN, or `*` where the operation knows none."""

    service: str
    operation: str
    resource: str


@dataclass
class Calls:
    """`unplaced`: calls for which no resource was found, by the function that makes them. There should be none."""

    found: set[AwsCall] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)


def roots_of(program: Program, folder: str) -> list[str]:
    """The handler of a function, and what registers itself by a decorator in its modules."""
    inside = [
        one for name, file in program.files.items() if name.startswith(f"functions.{folder}.") for one in file.defs
    ]
    registered = [one.func.fullname for one in inside if isinstance(one, Decorator) and not _is_plain(one)]
    return [f"functions.{folder}.handler.handler", *registered]


def _is_plain(decorated: Decorator) -> bool:
    names = {one.name for one in decorated.original_decorators if isinstance(one, NameExpr | MemberExpr)}
    return bool(names & _PLAIN)


def calls_of(program: Program, folder: str, live: Iterable[object], resources: Resources) -> Calls:
    """The calls of the function `folder`, whose composed objects are `live`."""
    walk = Walk(program, live)
    flows = walk.run(roots_of(program, folder))
    calls = Calls()
    for node, body in walk.bodies.items():
        for operation in body.operations:
            tables = {one for on in operation.on for one in flows.models(on)}
            if resources.takes(operation) and (tables or not _typed(program, operation)):
                arns = resources.arns(operation, tables) or _elsewhere(walk, node, operation, resources)
                calls.found |= {AwsCall(operation.service, operation.name, arn) for arn in arns}
                if not arns:
                    calls.unplaced.add(f"{operation.name} in {node[0]}")
    return calls


def _typed(program: Program, operation: Operation) -> bool:
    """Whether the code names the operation's models: where none of them gets there, it is never made."""
    return any(True for on in operation.on for _ in models_of(program, on))


def _elsewhere(walk: Walk, node: Node, operation: Operation, resources: Resources) -> set[str]:
    if resources.is_nameless(operation):
        return resources.anyway(operation)
    return _search(walk, node, operation, resources, set()) or resources.anyway(operation)


def _search(walk: Walk, node: Node, operation: Operation, resources: Resources, seen: set[Node]) -> set[str]:
    """The resources that a function's own words name, or what its object holds, or what its class mentions; or else
    those that its callers name."""
    seen.add(node)
    for words in (walk.words, walk.held, walk.words_of_class):
        own = resources.arns(operation, words(node))
        if own:
            return own
    found: set[str] = set()
    for caller, call in walk.callers[node]:
        named = resources.arns(operation, walk.words(caller, call)) if call is not None else set()
        if named:
            found |= named
        elif caller not in seen:
            found |= _search(walk, caller, operation, resources, seen)
    return found
