"""Every operation of the API asks who is calling before it does anything, and has a test that calls it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.auth import GRANTS, Role
from functions.api.gate.routing import Operation, RouteTable
from functions.api.operations import all_operations
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Client, claims

from .source_tree import ROOT

CLOSED = [one for one in all_operations() if one.permission is not None]
_PARAMETER = re.compile(r"<\w+>")
_CALLERS = ("unit", "handlers", "e2e")


class Untouchable:
    """Services of which not even one may be looked at."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was reached")


def client(claimed: dict[str, str] | None) -> Client:
    application = Application(RouteTable(CLOSED), lambda: SETTINGS)
    application.resolver.dependency_overrides[dependencies.services] = Untouchable
    return Client(application.answer, claimed)


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def calls(operation: Operation) -> re.Pattern[str]:
    """How a test writes the operation's path: whole, or its last word behind a path it was given."""
    argument = r"(?:\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}|[^/\s\"'?{}]+)"
    whole = argument.join(re.escape(part) for part in _PARAMETER.split(operation.path))
    last = operation.path.rpartition("/")[2]
    behind = rf"|[/\"']{re.escape(last)}" if _PARAMETER.search(operation.path) and "<" not in last else ""
    return re.compile(rf"(?:[\"']{whole}|\}}{whole}{behind})[\"'?]")


@pytest.mark.parametrize("operation", CLOSED, ids=name_of)
def test_no_operation_answers_those_who_may_not_use_it(operation: Operation) -> None:
    path = _PARAMETER.sub("some-id", operation.path)
    body = {} if operation.takes_body else None
    assert client(None).call(operation.method, path, body).status == 401
    for role in Role:
        if operation.permission not in GRANTS[role]:
            assert client(claims("gym", role)).call(operation.method, path, body).status == 403, role


def test_who_may_use_it_gets_past_the_gate() -> None:
    allowed = next(one for one in CLOSED if one.path == "/v1/campaigns" and one.method == "GET")
    assert client(claims("gym", "viewer")).call("GET", allowed.path).status == 500


@pytest.mark.parametrize("operation", all_operations(), ids=name_of)
def test_every_operation_is_called_by_a_test(operation: Operation) -> None:
    pattern = calls(operation)
    places = [path for folder in _CALLERS for path in (ROOT / "tests" / folder).rglob("*.py")]
    assert any(pattern.search(path.read_text()) for path in places)


def test_an_operation_without_a_test_would_be_noticed() -> None:
    untested = calls(Operation("POST", "/v1/campaigns/<campaign_id>/levitate", print, None, "Things", "Levitate"))
    assert not untested.search('post(f"{path}/send")')
    assert untested.search('post(f"{path}/levitate")')
    assert untested.search('post(f"/v1/campaigns/{made["id"]}/levitate")')
