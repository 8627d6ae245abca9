"""The stages as they would be deployed; synthesised once and kept until a source changes."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest

from infra.local.cdk_deploy import TOOLS, installed_cdk
from infra.local.synthesis import synthesised

from .templates import Templates


@functools.cache
def templates(stage: str) -> Templates:
    return Templates(synthesised(stage))


@pytest.fixture(scope="session")
def production() -> Templates:
    return templates("production")


@pytest.fixture(scope="session")
def laptop() -> Templates:
    return templates("local")


@pytest.fixture(params=["production", "local"], scope="session")
def stage(request: pytest.FixtureRequest) -> Templates:
    """Each of the two stages that differ most."""
    return templates(request.param)


@pytest.fixture(scope="session")
def asl_validator() -> Path:
    installed_cdk()
    validator = TOOLS / "node_modules" / ".bin" / "asl-validator"
    assert subprocess.run([validator, "--version"], capture_output=True, check=False).returncode == 0
    return validator
