"""Which models really flow into a field that may hold several: what reachable code puts there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    ForStmt,
    FuncDef,
    ListExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    StarExpr,
    TypeInfo,
    Var,
)

from .body import models_of
from .program import Program, instances, tree

Field = tuple[str, str]


class Flows:
    """Of the fields of our own classes, as `functions` fill them."""

    def __init__(self, program: Program, functions: Iterable[FuncDef]) -> None:
        self._program = program
        self._into: dict[Field, list[Expression]] = defaultdict(list)
        self._loops: dict[int, Expression] = {}  # by the use of a loop's variable: what the loop goes over
        for function in functions:
            for node in tree(function):
                self._read(node)

    def models(self, expression: Expression, seen: frozenset[Field] = frozenset()) -> set[str]:
        """The models that the expression may be of."""
        match expression:
            case ListExpr():
                return {one for item in expression.items for one in self.models(item, seen)}
            case StarExpr():
                return self.models(expression.expr, seen)
            case NameExpr() if id(expression) in self._loops:
                return self.models(self._loops[id(expression)], seen)
            case MemberExpr():
                field = self._field(expression)
                if field is not None and field not in seen:
                    return {one for put in self._into[field] for one in self.models(put, seen | {field})}
        return set(models_of(self._program, expression))

    def _read(self, node: object) -> None:
        match node:
            case CallExpr():
                for field, value in self._given(node):
                    self._into[field].append(value)
            case AssignmentStmt():
                for target in node.lvalues:
                    self._put(target, node.rvalue)
            case OperatorAssignmentStmt():
                self._put(node.lvalue, node.rvalue)
            case ForStmt() if isinstance(node.index, NameExpr):
                used = (one for one in tree(node.body) if isinstance(one, NameExpr))
                self._loops |= {id(one): node.expr for one in used if one.node is node.index.node}

    def _put(self, target: Expression, value: Expression) -> None:
        field = self._field(target)
        if field is not None:
            self._into[field].append(value)

    def _field(self, expression: Expression) -> Field | None:
        if not isinstance(expression, MemberExpr):
            return None
        owners = [one.type.fullname for one in instances(self._program.type_of(expression.expr))]
        return (owners[0], expression.name) if owners and owners[0] in self._program.classes else None

    def _given(self, call: CallExpr) -> Iterator[tuple[Field, Expression]]:
        """What a call that makes an object of ours puts into which field of a dataclass."""
        info = getattr(call.callee, "node", None)
        if not isinstance(info, TypeInfo) or info.fullname not in self._program.classes:
            return
        order = [name for name, symbol in info.names.items() if isinstance(symbol.node, Var)]
        for place, (name, value) in enumerate(zip(call.arg_names, call.args, strict=True)):
            if name is not None:
                yield (info.fullname, name), value
            elif place < len(order):
                yield (info.fullname, order[place]), value
