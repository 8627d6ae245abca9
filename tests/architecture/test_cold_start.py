"""Every function starts on few modules, and none of the heavy ones that somebody may import without noticing."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from ariia.settings import SETTINGS

_PROBE = "import functions.{0}.handler, json, sys; print(json.dumps(sorted(sys.modules)))"
# Half a second and more of import for what no function needs before its first request.
_NEVER = (
    "openai",
    "requests",
    "aws_cdk",
    "jsii",
    "moto",
    "numpy",
    "pandas",
    "aws_xray_sdk",
    "email_validator",
    "httpx",
)
# What the functions that start most often, on every burst of messages or events, also do without.
_NEVER_IF_HOT = ("pydantic", "nh3", "zoneinfo._tzpath", "aws_lambda_powertools.event_handler")
HOT = ("send_batch", "record_events", "aggregate_stats")
# The modules of a handler's import, measured in November 2026 (benchmarks.cold_start) and a tenth more.
MOST_MODULES = {"send_batch": 580, "record_events": 560, "aggregate_stats": 520, "api": 755, "privacy_requests": 759}
MOST_MODULES_ELSEWHERE = 665


def imported_by(statement: str) -> list[str]:
    """Every module that is there after `statement` ran in a fresh interpreter."""
    answer = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(answer.stdout)
    return found


def heavy(modules: list[str], *, hot: bool) -> list[str]:
    """The packages among `modules` that may not be there, by name."""
    forbidden = _NEVER + (_NEVER_IF_HOT if hot else ())
    return [one for one in forbidden if any(each == one or each.startswith(f"{one}.") for each in modules)]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_handler_starts_without_heavy_imports_and_on_few_modules(name: str) -> None:
    modules = imported_by(_PROBE.format(name))
    assert heavy(modules, hot=name in HOT) == []
    most = MOST_MODULES.get(name, MOST_MODULES_ELSEWHERE)
    assert len(modules) <= most, f"{name} imports {len(modules)} modules; see benchmarks/cold_start.py for the costs"


def test_the_api_starts_without_the_template_engine_which_few_requests_need() -> None:
    modules = imported_by(_PROBE.format("api"))
    assert [one for one in modules if one.partition(".")[0] in ("jinja2", "markupsafe")] == []


def test_the_api_starts_without_any_resource_and_a_request_loads_its_own() -> None:
    """What is of one resource: its routes, their schemas, the services and the records behind them."""
    of_a_resource = re.compile(
        r"functions\.api\.(?!gate|operations|handler)\w+\.|ariia\.services\.(?!tenants(\.known)?$)"
    )
    find = "from functions.api.operations import RESOURCES as known; "
    find += "from functions.api.gate.resources import ResourceTable; "
    find += "ResourceTable(known).find('GET', '/v1/campaigns/01k9qjz7t2n4h6p8s0v3x5y7ab')"
    start = imported_by(_PROBE.format("api"))
    then = imported_by(f"{find}; {_PROBE.format('api')}")
    assert [one for one in start if of_a_resource.match(one)] == []
    assert [one for one in then if re.match(r"functions\.api\.\w+\.\w*routes$", one)] == [
        "functions.api.campaigns.routes"
    ]


def test_a_heavy_import_that_creeps_in_is_named() -> None:
    modules = imported_by("import functions.send_batch.handler, pydantic, json, sys; print(json.dumps([*sys.modules]))")
    assert heavy(modules, hot=True) == ["pydantic"]
