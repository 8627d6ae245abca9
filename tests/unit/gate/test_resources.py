"""Resources are loaded by the first request for them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response

from functions.api.gate.answers import found
from functions.api.gate.application import Application
from functions.api.gate.auth import Permission
from functions.api.gate.fields import ResponseModel
from functions.api.gate.resources import Resource, ResourceTable
from functions.api.gate.routing import Routes
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Client, claims


class Shown(ResponseModel):
    name: str


class Shelf:
    """A resource of one operation that counts how often it is loaded; the first `failures` times that fails."""

    def __init__(self, name: str, failures: int = 0) -> None:
        self.name, self.loaded, self._failures = name, 0, failures
        self.resource = Resource(self._load, f"/v1/{name}")

    def _load(self) -> Any:
        self.loaded += 1
        if self.loaded <= self._failures:
            raise ImportError("anna@members.example")
        routes = Routes("Shelves")

        @routes.get(f"/v1/{self.name}/<shelf_id>", Permission.READ, "Read a shelf")
        def read_shelf(shelf_id: str) -> Response[Shown]:
            return found(Shown(name=f"{self.name} {shelf_id}"))

        return SimpleNamespace(routes=routes)


def client(*shelves: Shelf) -> Client:
    application = Application(ResourceTable(one.resource for one in shelves), lambda: SETTINGS)
    return Client(application.answer, claims("gym", "viewer"))


def test_a_resource_is_loaded_once_by_the_first_request_for_it_and_no_other_is() -> None:
    books, maps = Shelf("books"), Shelf("maps")
    visitor = client(books, maps)
    assert (books.loaded, maps.loaded) == (0, 0)
    assert [visitor.get(f"/v1/books/{one}").body["name"] for one in ("a1", "b2")] == ["books a1", "books b2"]
    assert (books.loaded, maps.loaded) == (1, 0)
    assert visitor.get("/v1/maps/c3").body["name"] == "maps c3"


@pytest.mark.parametrize("path", ["/v1/book", "/v1/bookshelf", "/v1", "/v1/", "/"])
def test_a_path_of_no_resource_is_404_and_loads_nothing(path: str) -> None:
    books = Shelf("books")
    refused = client(books).get(path)
    assert (refused.status, refused.headers["Content-Type"], books.loaded) == (404, "application/problem+json", 0)


def test_wrong_method_and_impossible_id_are_refused_as_ever() -> None:
    visitor = client(Shelf("books"))
    refused = visitor.post("/v1/books/a1", {})
    assert (refused.status, refused.headers["Allow"]) == (405, "GET")
    assert visitor.get("/v1/books/no%20id").status == 404


def test_a_resource_that_can_not_be_loaded_is_a_problem_without_detail_and_the_next_request_tries_again() -> None:
    books, maps = Shelf("books", failures=1), Shelf("maps")
    visitor = client(books, maps)
    failed = visitor.get("/v1/books/a1")
    assert (failed.status, failed.headers["Content-Type"]) == (500, "application/problem+json")
    assert failed.body["correlation_id"] == "req-1"
    assert "anna" not in str(failed.body)
    assert visitor.get("/v1/maps/a1").status == 200
    assert visitor.get("/v1/books/a1").body["name"] == "books a1"
