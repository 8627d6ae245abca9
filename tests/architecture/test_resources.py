"""The table of resources finds what all operations together would, so that none is missing where it is looked for."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace
from typing import Any

import pytest

from ariia.domain.errors import NotFoundError
from functions.api.gate.auth import Permission
from functions.api.gate.errors import HttpError
from functions.api.gate.resources import Resource, ResourceTable
from functions.api.gate.routing import Operation, Routes, RouteTable
from functions.api.operations import RESOURCES, all_operations

from .source_tree import product_sources

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PATHS = sorted({one.path for one in all_operations()})
NOWHERE = ["/", "", "/v1", "/v1/", "/v1/campaign", "/v1/campaigns/", "/v1/campaigns/x/", "/v1/nowhere", "/v2/campaigns"]


def outcome(table: RouteTable | ResourceTable, method: str, path: str) -> Any:
    """What the table says: the operation and its parameters, or the refusal in all its parts."""
    try:
        operation, parameters = table.find(method, path)
    except (HttpError, NotFoundError) as error:
        return type(error), str(error), vars(error)
    return operation, dict(parameters)


def filled(path: str, value: str) -> str:
    return "/".join(value if word.startswith("<") else word for word in path.split("/"))


def misplaced(resource: Resource) -> list[str]:
    """Operations that are below none of the resource's places, and places with no operation below them."""
    hidden = [one.path for one in resource.operations if not resource.may_answer(one.path)]
    places = [Resource(lambda: SimpleNamespace(), place) for place in resource.places]
    idle = [one.places[0] for one in places if not any(one.may_answer(each.path) for each in resource.operations)]
    return hidden + idle


def may_meet(one: Operation, other: Operation) -> bool:
    """True when a request could be meant for both: neither path has a fixed word where the other has another one."""
    words = list(itertools.zip_longest(one.path.split("/"), other.path.split("/")))
    return one.method == other.method and all(
        None not in pair and (pair[0] == pair[1] or any(word.startswith("<") for word in pair)) for pair in words
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_request_is_found_or_refused_as_among_all_operations(path: str) -> None:
    everything, table = RouteTable(all_operations()), ResourceTable(RESOURCES)
    asked = [filled(path, "01k9qjz7t2n4h6p8s0v3x5y7ab"), filled(path, "no id"), filled(path, "stats"), f"{path}/more"]
    for method, one in itertools.product(METHODS, asked):
        assert outcome(table, method, one) == outcome(everything, method, one), f"{method} {one}"


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_there_is_not_is_refused_as_among_all_operations(path: str) -> None:
    for method in METHODS:
        assert outcome(ResourceTable(RESOURCES), method, path) == outcome(RouteTable(all_operations()), method, path)


def test_every_module_of_routes_is_a_resource_once() -> None:
    modules = sorted(
        one.module for one in product_sources() if re.search(r"^routes = Routes\(", one.text, re.MULTILINE)
    )
    named = [{one.run.__module__ for one in resource.operations} for resource in RESOURCES]
    assert sorted(itertools.chain(*named)) == modules
    assert [len(names) for names in named] == [1] * len(RESOURCES)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.places[0])
def test_every_operation_is_at_or_below_a_place_of_its_resource(resource: Resource) -> None:
    assert misplaced(resource) == []


def test_a_place_that_misses_an_operation_would_be_noticed() -> None:
    routes = Routes("Things")
    routes.get("/v1/things/<thing_id>", Permission.READ, "Read a thing")(print)
    module: Any = SimpleNamespace(routes=routes)
    assert misplaced(Resource(lambda: module, "/v1/things")) == []
    assert misplaced(Resource(lambda: module, "/v1/thing")) == ["/v1/things/<thing_id>", "/v1/thing"]
    assert misplaced(Resource(lambda: module, "/v1/things/<thing_id>/parts")) != []


def test_whichever_operation_was_asked_for_first_none_takes_another_ones_requests() -> None:
    """The resolver knows operations in the order of the requests; only a fixed path may win over parameters."""
    doubtful = [
        (one.path, other.path)
        for one, other in itertools.combinations(all_operations(), 2)
        if may_meet(one, other) and ("<" in one.path) == ("<" in other.path)
    ]
    assert doubtful == []
