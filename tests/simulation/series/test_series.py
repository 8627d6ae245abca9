"""Every occurrence has one campaign, whatever crashes; none goes out while the series is paused."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.catching import is_told_apart

from .mutants import MUTANTS
from .world import SeriesParts, play

SEEDS = range(150)


def test_every_occurrence_has_one_campaign_whatever_crashes() -> None:
    runs = [play(seed) for seed in SEEDS]
    assert [(run.seed, run.violations) for run in runs if run.violations] == []
    assert Counter(str(run.status) for run in runs).keys() == {"ended", "paused"}
    assert sum(run.begun for run in runs) > len(runs)
    assert any(run.skipped for run in runs)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_way_is_caught(mutant: type[SeriesParts]) -> None:
    assert is_told_apart(play, mutant, SEEDS)


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    assert play(5) == play(5)
