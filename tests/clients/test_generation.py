"""Generators of clients understand the whole document, and what they make is typed throughout."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.api.operations import all_operations
from functions.api.reference.openapi import document as document_of

from .generated import PythonClient, TypeScriptClient

OPERATIONS = {one.run.__name__ for one in all_operations() if one.permission is not None}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document_of("https://campaigns.studio.test"))
    return made


@pytest.fixture(scope="module")
def python(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> PythonClient:
    return PythonClient(document, tmp_path_factory.mktemp("python"))


@pytest.fixture(scope="module")
def typescript(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> TypeScriptClient:
    return TypeScriptClient(document, tmp_path_factory.mktemp("typescript"))


def test_every_operation_is_generated_in_python_without_a_warning(python: PythonClient) -> None:
    assert (python.generation.returncode, python.generation.stdout.splitlines()) == (
        0,
        [f"Generating {python.package}"],
    )
    assert python.operations() == OPERATIONS


def test_an_operation_that_can_not_be_generated_in_python_fails(document: dict[str, Any], tmp_path: Path) -> None:
    broken = copy.deepcopy(document)
    broken["components"]["schemas"]["SegmentDraft"]["properties"]["filter_json"] = {"$ref": "#/components/schemas/X/y"}
    client = PythonClient(broken, tmp_path)
    assert client.generation.returncode != 0
    assert client.operations() == OPERATIONS - {"create_segment"}


def test_the_python_client_and_its_program_are_strictly_typed(python: PythonClient) -> None:
    checked = python.checked()
    assert checked.returncode == 0, checked.stdout


def test_every_operation_is_generated_in_typescript(typescript: TypeScriptClient) -> None:
    assert typescript.generation.returncode == 0, typescript.generation.stdout
    assert "⚠" not in typescript.generation.stdout
    described = typescript.types.read_text().partition("\nexport interface operations {\n")[2]
    assert set(re.findall(r"^    (\w+): \{$", described, re.M)) == OPERATIONS


def test_the_typescript_types_and_their_program_are_strictly_typed(typescript: TypeScriptClient) -> None:
    checked = typescript.checked()
    assert checked.returncode == 0, checked.stdout


def test_the_linter_finds_nothing(typescript: TypeScriptClient) -> None:
    linted = typescript.linted()
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_linter_finds_a_component_that_nothing_uses(document: dict[str, Any], tmp_path: Path) -> None:
    unused = copy.deepcopy(document)
    unused["components"]["schemas"]["Unused"] = {"type": "object"}
    linted = TypeScriptClient(unused, tmp_path).linted()
    assert linted.returncode == 1
    assert "no-unused-components" in linted.stdout
