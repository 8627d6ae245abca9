"""The simulation is able to fail: every known-wrong variant of the send path is caught."""

from __future__ import annotations

import pytest

from tests.simulation.world.engine import Parts

from . import catching
from .catching import caught_by, right_passes
from .mutants import MUTANTS, RecordsBeforeSending, RetriesInTheSdk
from .run import simulate
from .scenario import hard_weather
from .shrink import shrunk


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_variant_is_caught(mutant: type[Parts]) -> None:
    assert mutant.violates
    assert caught_by(mutant) is not None


def test_the_right_variant_passes_the_seeds_that_catch_the_wrong_ones() -> None:
    assert all(right_passes(seed) for seed in range(20))


def test_what_fails_for_the_right_variant_too_catches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching, "SEEDS", 2)
    assert caught_by(RecordsBeforeSending) is not None
    monkeypatch.setattr(catching, "right_passes", lambda *about: False)
    assert caught_by(RecordsBeforeSending) is None


def test_another_violation_than_its_own_catches_nobody() -> None:
    class Mislabelled(RecordsBeforeSending):
        violates = "an address that two members share"

    assert not catching._betrays_itself(Mislabelled, 0)
    assert catching._betrays_itself(RecordsBeforeSending, 0)


def test_a_failure_is_told_with_the_fewest_faults() -> None:
    outcomes = (simulate(hard_weather(seed), parts=RetriesInTheSdk) for seed in range(20))
    failing = next(one for one in outcomes if one.failed)
    smaller = shrunk(failing, RetriesInTheSdk)
    assert smaller.failed
    assert len(smaller.struck) <= len(failing.struck)
    assert len(smaller.scenario.actions) < len(failing.scenario.actions)
