"""The OpenAPI document and the reference page, of the whole API."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.errors import KINDS
from functions.api.gate.routing import RouteTable
from functions.api.operations import all_operations
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Client


@pytest.fixture(scope="module")
def visitor() -> Client:
    application = Application(RouteTable(all_operations()), lambda: SETTINGS)
    application.resolver.dependency_overrides[dependencies.settings] = lambda: SETTINGS
    return Client(application.answer, None)


@pytest.fixture(scope="module")
def document(visitor: Client) -> dict[str, Any]:
    answered = visitor.get("/openapi.json")
    assert answered.status == 200
    made: dict[str, Any] = answered.body
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_document_is_openapi_31_with_every_operation_once(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "https://api.example.com"}]
    described = [operation["operationId"] for _, operation in operations(document)]
    assert sorted(described) == sorted(one.run.__name__ for one in all_operations() if one.permission is not None)
    assert len(set(described)) == len(described)


def test_every_operation_has_examples_roles_and_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["x-roles"], name
        assert {"401", "403", "422", "500"} <= operation["responses"].keys(), name
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [response["content"] for response in operation["responses"].values() if "content" in response]
        examples = [media["example"] for content in contents for media in content.values()]
        assert all(example is not None for example in examples), name
        assert examples or "204" in operation["responses"], name


def test_example_of_each_request_is_a_valid_request() -> None:
    models = [model for one in all_operations() for model in body_models(one.run)]
    assert models
    for model in models:
        for example in model.model_config["json_schema_extra"]["examples"]:
            model.model_validate(example)


def test_example_of_each_answer_has_the_fields_of_its_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        for response in operation["responses"].values():
            for media in response.get("content", {}).values():
                schema = schemas[media["schema"]["$ref"].rpartition("/")[2]]
                assert media["example"].keys() <= schema["properties"].keys(), name
                assert set(schema.get("required", [])) <= media["example"].keys(), name


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        place: Any = document
        for part in reference.split("/"):
            place = place[part]
    for operation in dict(operations(document)).values():
        assert {scheme for need in operation.get("security", document["security"]) for scheme in need} == {"bearer"}
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_public_operations_are_the_two_about_the_api_itself() -> None:
    assert {one.path for one in all_operations() if one.permission is None} == {"/openapi.json", "/reference"}


def test_reference_page_shows_every_operation_without_loading_anything(
    visitor: Client, document: dict[str, Any]
) -> None:
    answered = visitor.get("/reference")
    assert (answered.status, answered.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answered.headers["Content-Security-Policy"]
    page = answered.body
    for _, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in page
    for kind in KINDS:
        assert f'id="problem-{kind}"' in page
    assert not re.search(r"<script|<img|<link|<iframe|@import|url\(", page.replace("&lt;", ""))
    targets, anchors = set(re.findall(r'href="#([^"]+)"', page)), re.findall(r'\bid="([^"]+)"', page)
    assert targets <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_problem_types_lead_to_the_reference_page(visitor: Client) -> None:
    answered = visitor.get("/nowhere")
    address, _, anchor = answered.body["type"].partition("#")
    assert address == "https://api.example.com/reference"
    assert f'id="{anchor}"' in visitor.get("/reference").body


def body_models(function: Any) -> Iterator[type[BaseModel]]:
    for name, hint in inspect.get_annotations(function, eval_str=True).items():
        for kind in get_args(hint) or (hint,):
            if name != "return" and isinstance(kind, type) and issubclass(kind, BaseModel):
                yield kind
