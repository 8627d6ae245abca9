"""The simulation is able to fail: every known-wrong variant of the send path is caught."""

from __future__ import annotations

import pytest

from .engine import Parts
from .mutants import MUTANTS, RetriesInTheSdk
from .report import caught_by
from .run import simulate
from .scenario import hard_weather
from .shrink import shrunk


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_variant_is_caught(mutant: type[Parts]) -> None:
    assert caught_by(mutant) is not None


def test_a_failure_is_told_with_the_fewest_faults() -> None:
    failing = simulate(hard_weather(0), parts=RetriesInTheSdk)
    smaller = shrunk(failing, RetriesInTheSdk)
    assert smaller.failed
    assert len(smaller.struck) <= len(failing.struck)
    assert len(smaller.scenario.actions) < len(failing.scenario.actions)
