"""What one function does by itself: which functions it uses, and which AWS operations it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import botocore.session
from botocore import xform_name
from mypy.nodes import CallExpr, DictExpr, Expression, FuncDef, MemberExpr, NameExpr, RefExpr, StrExpr, TypeInfo

from .program import Program, classes_inside, function_of, instances, is_any, named_classes, tree

MODEL = "pynamodb.models.Model"
SERVICES = ("dynamodb", "sesv2", "sqs", "s3", "lambda", "stepfunctions", "scheduler", "secretsmanager")
# Methods of PynamoDB's models and transactions, by the operation that each is.
_ON_MODELS = {
    "get": "GetItem",
    "query": "Query",
    "count": "Query",
    "scan": "Scan",
    "batch_get": "BatchGetItem",
    "batch_write": "BatchWriteItem",
    "refresh": "GetItem",
    "save": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
}
_IN_TRANSACTIONS = {
    "get": "GetItem",
    "save": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "condition_check": "ConditionCheckItem",
}
_TRANSACTIONS = {"pynamodb.transactions.TransactWrite", "pynamodb.transactions.TransactGet"}
# Keys of the actions inside of TransactWriteItems, by the permission that each takes.
_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# What takes an operation by its name in a string: ours, PynamoDB's and boto3's.
_BY_NAME = {"call", "_call", "dispatch", "generate_presigned_url", "get_paginator", "get_waiter"}


def _operations() -> dict[str, tuple[str, str]]:
    """(service, operation) by what boto3 and by what AWS calls it."""
    session, found = botocore.session.get_session(), {}
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            found[operation] = found[xform_name(operation)] = (service, operation)
    return found


OPERATIONS = _operations()


@dataclass(frozen=True)
class Reference:
    """A use of the function `name`, of the object `receiver` where one is known, called as `call` or passed around."""

    name: str
    receiver: object | None
    call: CallExpr | None


@dataclass(frozen=True)
class Operation:
    """A call of AWS. `on`: the expressions whose models are the tables, where the code names these itself."""

    service: str
    name: str
    on: tuple[Expression, ...] = ()


@dataclass
class Body:
    """What a function does itself; `made` are the classes that it makes objects of."""

    references: list[Reference] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    made: set[str] = field(default_factory=set)


Resolve = Callable[[MemberExpr, object | None], Iterable[tuple[FuncDef, object | None]]]


class BodyScan:
    """Reads a function, with all functions inside of it, as called on `receiver`."""

    def __init__(self, program: Program, resolve: Resolve, receiver: object | None) -> None:
        self._program, self._resolve, self._receiver = program, resolve, receiver
        self._calls: dict[int, CallExpr] = {}
        self.body = Body()

    def read(self, function: FuncDef) -> Body:
        """What the function does itself."""
        for node in tree(function):
            match node:
                case CallExpr():
                    self._calls[id(node.callee)] = node
                case NameExpr():
                    self._refers_to_function(node)
                case MemberExpr():
                    self._read_member(node)
                case DictExpr():
                    self._read_dict(node)
        return self.body

    def _read_member(self, member: MemberExpr) -> None:
        call = self._calls.get(id(member))
        if self._refers_to_function(member):
            return
        operation = self._operation(member, call)
        if operation is not None:
            self.body.operations.append(operation)
            return
        for function, receiver in self._resolve(member, self._receiver):
            self.body.references.append(Reference(function.fullname, receiver, call))

    def _read_dict(self, written: DictExpr) -> None:
        for key, _ in written.items:
            if isinstance(key, StrExpr) and key.value in _ACTIONS:
                self.body.operations.append(Operation("dynamodb", _ACTIONS[key.value]))

    def _refers_to_function(self, expression: RefExpr) -> bool:
        """Notes a use of a function or class by its name, and says whether it was one."""
        if isinstance(expression.node, TypeInfo):
            self.body.made.add(expression.node.fullname)
            return True
        function = function_of(expression.node)
        if function is None or function.info:
            return False
        if function.fullname in self._program.functions:
            self.body.references.append(Reference(function.fullname, None, self._calls.get(id(expression))))
        return True

    def _operation(self, member: MemberExpr, call: CallExpr | None) -> Operation | None:
        kind = self._program.type_of(member.expr)
        owners = [one.type for one in instances(kind)] + list(named_classes(kind))
        if member.name in _ON_MODELS and any(one.has_base(MODEL) for one in owners):
            return Operation("dynamodb", _ON_MODELS[member.name], (member.expr,))
        if call is None:
            return None
        if member.name in _IN_TRANSACTIONS and any(one.fullname in _TRANSACTIONS for one in owners):
            return Operation("dynamodb", _IN_TRANSACTIONS[member.name], (call.args[0],))
        return _plain_operation(member.name, call, is_any(kind))


def _plain_operation(name: str, call: CallExpr, on_client: bool) -> Operation | None:
    """A method of a client (which are all of type Any), or what is called by its name."""
    if name in _BY_NAME and call.args and isinstance(call.args[0], StrExpr):
        found = OPERATIONS.get(call.args[0].value)
    else:
        found = OPERATIONS.get(name) if on_client else None
    return Operation(*found) if found else None


def models_of(program: Program, expression: Expression) -> Iterator[str]:
    """The models that an expression is, holds or means."""
    for one in classes_inside(program.type_of(expression)):
        if one.has_base(MODEL) and one.fullname != MODEL:
            yield one.fullname
