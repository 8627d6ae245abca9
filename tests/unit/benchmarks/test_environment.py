"""The benchmarks run the functions as they are deployed."""

from __future__ import annotations

import pytest

from ariia.settings import SETTINGS
from benchmarks.stub_process import environment


@pytest.mark.parametrize("function", sorted(SETTINGS))
def test_a_measured_function_finds_its_settings(function: str) -> None:
    SETTINGS[function].from_environment(environment("http://127.0.0.1:9"))
