"""What operators are told to look at is what there is."""

from __future__ import annotations

import re

import pytest

from ariia.adapters.dynamodb import names
from functions.api.gate.errors import KINDS
from infra.paths import ROOT

from .templates import Templates

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def unprefixed(stage: Templates, kind: str, name: str) -> set[str]:
    """The names of these resources without the stage's prefix."""
    prefix = str(stage.resources("AWS::SES::ConfigurationSet")[0].properties["Name"]).rpartition("-")[0]
    return {str(one.properties[name]).removeprefix(f"{prefix}-") for one in stage.resources(kind)}


def in_table(page: str) -> set[str]:
    """What stands in backquotes in the first cells of the page's tables."""
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    return {found for cell in cells for found in re.findall("`([^`]+)`", cell)}


def test_every_dead_letter_queue_has_its_line(production: Templates) -> None:
    queues = unprefixed(production, "AWS::SQS::Queue", "QueueName")
    assert {one for one in queues if one.endswith("-dead-letters")} <= in_table(OPERATIONS)


def test_every_alarm_has_its_line(production: Templates) -> None:
    assert unprefixed(production, "AWS::CloudWatch::Alarm", "AlarmName") <= in_table(OPERATIONS)


@pytest.mark.parametrize("page", [OPERATIONS, ARCHITECTURE], ids=["restoring", "architecture"])
def test_every_table_has_its_line(page: str) -> None:
    assert set(names.ALL) <= in_table(page)


def test_every_function_has_its_line() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert folders <= in_table(ARCHITECTURE)


def test_every_kind_of_problem_is_in_the_clients_page() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    told = {int(found) for found in re.findall(r"\b4\d\d\b|\b5\d\d\b", page)}
    assert {kind.status for kind in KINDS.values()} <= told
