"""Operations: what the API offers, who may use it, and how a request finds its operation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_args
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel

from ariia.domain.errors import InvalidError, NotFoundError, Problem
from ariia.domain.identifiers import is_id
from functions.api.gate.auth import Permission
from functions.api.gate.errors import UnknownRouteError, WrongMethodError

P = TypeVar("P")
F = TypeVar("F", bound=Callable[..., Any])
_PARAMETER = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Operation:
    """One method on one path. `permission` None = public; `or_else` is the other status that it may succeed with;
    `problems` are its error statuses beside the usual ones."""

    method: str
    path: str
    run: Callable[..., Any]
    permission: Permission | None
    tag: str
    summary: str
    status: int = 200
    or_else: int | None = None
    problems: tuple[int, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of this operation; one path segment per parameter."""
        return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", self.path))

    def path_of(self, parameters: Mapping[str, str]) -> str:
        """The path with these values percent-encoded, as a client may have sent them or not: the resolver matches no
        other characters than those of RFC 3986."""
        return _PARAMETER.sub(lambda found: quote(unquote(parameters[found[1]]), safe=""), self.path)

    @cached_property
    def takes_body(self) -> bool:
        """True when the function declares a request body."""
        return any(_is_body(hint) for hint in self._hints.values())

    @cached_property
    def query_parameters(self) -> frozenset[str]:
        """Names of the query parameters that the function declares."""
        declared = ((name, _marker(hint, Query)) for name, hint in self._hints.items())
        return frozenset(query.alias or name for name, query in declared if query is not None)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        hints = inspect.get_annotations(self.run, eval_str=True)
        return {name: hint for name, hint in hints.items() if name != "return"}


class Routes:
    """The operations of one resource, declared by decorators."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, permission: Permission | None, summary: str, **more: Any) -> Callable[[F], F]:
        """Declares a reading operation."""
        return self._declare("GET", path, permission, summary, **more)

    def post(self, path: str, permission: Permission | None, summary: str, **more: Any) -> Callable[[F], F]:
        """Declares an operation that creates or acts."""
        return self._declare("POST", path, permission, summary, **more)

    def put(self, path: str, permission: Permission | None, summary: str, **more: Any) -> Callable[[F], F]:
        """Declares an operation that replaces."""
        return self._declare("PUT", path, permission, summary, **more)

    def patch(self, path: str, permission: Permission | None, summary: str, **more: Any) -> Callable[[F], F]:
        """Declares an operation that changes some fields."""
        return self._declare("PATCH", path, permission, summary, **more)

    def delete(self, path: str, permission: Permission | None, summary: str, **more: Any) -> Callable[[F], F]:
        """Declares an operation that removes."""
        return self._declare("DELETE", path, permission, summary, **more)

    def _declare(
        self, method: str, path: str, permission: Permission | None, summary: str, **more: Any
    ) -> Callable[[F], F]:
        def register(function: F) -> F:
            self.operations.append(Operation(method, path, function, permission, self.tag, summary, **more))
            return function

        return register


class RouteTable:
    """Finds the operation of a request. Fixed paths win over paths with parameters."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = sorted(operations, key=lambda one: "<" in one.path)

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and its path parameters; UnknownRouteError or WrongMethodError when there is none, and
        NotFoundError when a parameter `…_id` can't be an id."""
        candidates = [(one, match) for one in self._operations if (match := one.pattern.fullmatch(path))]
        if not candidates:
            raise UnknownRouteError("there is no such path; /openapi.json names them all")
        for operation, match in candidates:
            if operation.method == method:
                return operation, _parameters(match)
        raise WrongMethodError(sorted({one.method for one, _ in candidates}))


def _parameters(match: re.Match[str]) -> dict[str, str]:
    parameters = match.groupdict()
    for name, value in parameters.items():
        if name.endswith("_id") and not is_id(value):
            raise NotFoundError(f"there is no {name.removesuffix('_id').replace('_', ' ')} with this id")
    return parameters


def _is_body(hint: Any) -> bool:
    kinds = get_args(hint) or (hint,)
    return _marker(hint, Body) is not None or any(isinstance(one, type) and issubclass(one, BaseModel) for one in kinds)


def _marker(hint: Any, kind: type[P]) -> P | None:
    return next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, kind)), None)


def require_known_parameters(operation: Operation, event: Mapping[str, Any]) -> None:
    """InvalidError for a query parameter that the operation does not have: a misspelt filter must not be ignored."""
    known = operation.query_parameters
    unknown = sorted(set(event.get("queryStringParameters") or {}) - known)
    if unknown:
        problems = [Problem(name, "is not a known parameter", allowed=sorted(known)) for name in unknown]
        raise InvalidError("the request has unknown parameters", problems=problems)
