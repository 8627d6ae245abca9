"""A scheduled campaign goes out once, at its time, or as its misfire policy says; never after it was unscheduled."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.catching import is_told_apart

from .mutants import MUTANTS
from .world import ScheduleParts, play

SEEDS = range(120)


def test_it_goes_out_once_at_its_time_or_not_at_all() -> None:
    runs = [play(seed) for seed in SEEDS]
    assert [(run.seed, run.violations) for run in runs if run.violations] == []
    assert Counter(str(run.status) for run in runs).keys() == {"sent", "approved", "cancelled"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_way_is_caught(mutant: type[ScheduleParts]) -> None:
    assert is_told_apart(play, mutant, SEEDS)


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    assert play(5) == play(5)
