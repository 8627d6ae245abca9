"""What every Lambda function has, and what importing its handler costs."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ariia.settings import SETTINGS

from .source_tree import ROOT, function_folders

FUNCTIONS = function_folders()
# These start and run for every batch, every event, every change: each import is paid at every cold start.
HOT = ("send_batch", "record_events", "aggregate_stats")
TOO_HEAVY = ("pydantic", "openai", "requests", "aws_cdk", "ministack", "infra")


@functools.cache
def imported(function: str) -> dict[str, Any]:
    """What a fresh interpreter has loaded after `functions.<function>.handler`: no credentials, no region, no home."""
    command = [sys.executable, str(Path(__file__).parent / "probe.py"), f"functions.{function}.handler"]
    # The layer's own folder first, so that what is tested is this checkout and not another one that is installed.
    paths = f"{ROOT / 'layers/ariia/python'}:{ROOT}"
    bare = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"functions.{function}.handler can't be imported:\n{done.stderr[-3000:]}"
    loaded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return loaded


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_folder_is_a_package_with_a_handler(function: str) -> None:
    for name in ("__init__.py", "handler.py"):
        assert (ROOT / "functions" / function / name).is_file(), name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_composition_root_of_its_own(function: str) -> None:
    assert (ROOT / f"layers/ariia/python/ariia/bootstrap/{function}.py").is_file()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_tested_through_its_handler(function: str) -> None:
    uses = re.compile(rf"functions\.{function}(\.handler)? import|functions import .*\b{function}\b")
    assert any(uses.search(path.read_text()) for path in (ROOT / "tests/handlers").glob("*.py"))


def test_settings_and_function_folders_name_each_other() -> None:
    assert sorted(SETTINGS) == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_is_imported_without_credentials_and_without_network(function: str) -> None:
    assert imported(function)["callable"]


@pytest.mark.parametrize("function", HOT)
def test_hot_functions_load_nothing_heavy(function: str) -> None:
    packages = {name.partition(".")[0] for name in imported(function)["modules"]}
    assert packages.intersection(TOO_HEAVY) == set()


def test_a_heavy_import_would_be_noticed() -> None:
    assert "pydantic" in {name.partition(".")[0] for name in imported("api")["modules"]}


def test_a_connection_at_import_would_be_noticed() -> None:
    probe = Path(__file__).parent / "probe.py"
    code = f"import runpy, socket; probe = runpy.run_path({str(probe)!r}); "
    code += "socket.socket.connect = probe['refuse']; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "must not touch the network" in done.stderr
