"""The import rule, over every import of every file."""

from __future__ import annotations

from pathlib import Path

import pytest

from .imports import imports_of
from .rules import breaches
from .source_tree import sources

BASE = {
    "layers/ariia/python/ariia/__init__.py": "",
    "layers/ariia/python/ariia/domain/__init__.py": "",
    "layers/ariia/python/ariia/domain/member.py": "",
    "layers/ariia/python/ariia/ports/__init__.py": "",
    "layers/ariia/python/ariia/ports/members.py": "",
    "layers/ariia/python/ariia/services/__init__.py": "",
    "layers/ariia/python/ariia/services/members.py": "",
    "layers/ariia/python/ariia/adapters/__init__.py": "",
    "layers/ariia/python/ariia/adapters/dynamodb/__init__.py": "",
    "layers/ariia/python/ariia/adapters/dynamodb/models.py": "",
    "layers/ariia/python/ariia/adapters/dynamodb/members.py": "",
    "layers/ariia/python/ariia/bootstrap/__init__.py": "",
    "layers/ariia/python/ariia/bootstrap/api.py": "",
    "layers/ariia/python/ariia/bootstrap/send_batch.py": "",
    "layers/ariia/python/ariia/settings.py": "",
    "layers/ariia/python/ariia/observability.py": "",
    "functions/__init__.py": "",
    "functions/api/__init__.py": "",
    "functions/api/handler.py": "",
    "functions/api/errors.py": "",
    "functions/send_batch/__init__.py": "",
    "functions/send_batch/handler.py": "",
    "infra/__init__.py": "",
    "infra/config.py": "",
    "infra/local/__init__.py": "",
    "infra/local/stack.py": "",
    "tests/__init__.py": "",
    "app.py": "",
}
DOMAIN, SERVICE = "layers/ariia/python/ariia/domain/member.py", "layers/ariia/python/ariia/services/members.py"
ADAPTER, PORT = "layers/ariia/python/ariia/adapters/dynamodb/members.py", "layers/ariia/python/ariia/ports/members.py"
API, INFRA = "functions/api/handler.py", "infra/config.py"


def planted(root: Path, path: str, code: str) -> list[str]:
    """The breaches of a small tree in which only `path` has any code."""
    for name, text in (BASE | {path: code}).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return breaches(imports_of(sources(root)))


def test_the_repository_keeps_the_import_rule() -> None:
    assert breaches(imports_of(sources())) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (DOMAIN, "import ariia.ports.members"),
        (DOMAIN, "from ariia.services import members"),
        (DOMAIN, "from ..adapters.dynamodb import models"),
        (DOMAIN, "import boto3"),
        (DOMAIN, "import time"),
        (DOMAIN, "from os import environ"),
        (PORT, "from ariia.services.members import Members"),
        (SERVICE, "from ariia import adapters"),
        (SERVICE, "from ariia.observability import logger"),
        (SERVICE, "import pynamodb"),
        (SERVICE, "def run():\n    from ariia.adapters.dynamodb.members import DynamoMembers"),
        (SERVICE, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..adapters.dynamodb import models"),
        (SERVICE, "import importlib\nimportlib.import_module('ariia.adapters.dynamodb.members.members')"),
        (SERVICE, "import importlib\nname = 'x'\nimportlib.import_module(name)"),
        (ADAPTER, "from ariia.services.members import Members"),
        (ADAPTER, "from ...bootstrap import api"),
        (ADAPTER, "from ariia.settings import ApiSettings"),
        ("layers/ariia/python/ariia/settings.py", "from ariia.domain import member"),
        (API, "from ariia.adapters.dynamodb import models"),
        (API, "from functions.send_batch import handler"),
        (API, "from ..send_batch.handler import handler"),
        (API, "from ariia.bootstrap.send_batch import build"),
        (API, "from infra import config"),
        (API, "from tests import builders"),
        (INFRA, "from ariia.adapters.dynamodb.members import DynamoMembers"),
        (INFRA, "from ariia.services import members"),
        (INFRA, "from ariia.domain import member"),
        (INFRA, "from functions.api import handler"),
        (INFRA, "from infra.local.stack import LaptopStack"),
        ("infra/local/stack.py", "from ariia.domain import member"),
    ],
)
def test_a_planted_breach_is_found(tmp_path: Path, path: str, code: str) -> None:
    assert len(planted(tmp_path, path, code)) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (DOMAIN, "from . import member\nimport jinja2\nfrom urllib.parse import urlsplit"),
        (PORT, "from ariia.domain.member import Member"),
        (SERVICE, "from ariia.ports.members import MemberStore\nfrom ariia.domain import member"),
        (ADAPTER, "import boto3\nfrom . import models\nfrom ariia.ports import members"),
        ("layers/ariia/python/ariia/bootstrap/api.py", "from ariia.adapters.dynamodb import members"),
        (API, "from .errors import HttpError\nfrom ariia.bootstrap.api import build\nfrom ariia import settings"),
        (INFRA, "from ariia.adapters.dynamodb import models\nfrom ariia.settings import SETTINGS\nimport aws_cdk"),
        ("infra/local/stack.py", "from infra import config"),
        ("app.py", "from infra.config import StageConfig"),
        ("tests/test_all.py", "from infra.local import stack\nfrom ariia.adapters.dynamodb import members"),
    ],
)
def test_what_the_rule_allows_is_no_breach(tmp_path: Path, path: str, code: str) -> None:
    assert planted(tmp_path, path, code) == []


def test_a_breach_is_reported_with_its_place(tmp_path: Path) -> None:
    [found] = planted(tmp_path, SERVICE, "import json\n\nfrom ariia.adapters.dynamodb import members\n")
    assert found.startswith(f"{SERVICE}:3 imports ariia.adapters.dynamodb.members: ")


def test_relative_imports_of_a_package_start_from_the_package_itself(tmp_path: Path) -> None:
    package = "layers/ariia/python/ariia/services/__init__.py"
    assert planted(tmp_path, package, "from . import members") == []
    assert len(planted(tmp_path, package, "from ..adapters import dynamodb")) == 1
