"""A scheduled campaign goes out once, at its time, or as its misfire policy says; never after it was unscheduled."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from .mutants import MUTANTS
from .world import ScheduleParts, play

SEEDS = range(120)


def test_it_goes_out_once_at_its_time_or_not_at_all() -> None:
    runs = [play(seed) for seed in SEEDS]
    assert [(run.seed, run.violations) for run in runs if run.violations] == []
    assert Counter(str(run.status) for run in runs).keys() == {"sent", "approved", "cancelled"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_way_is_caught(mutant: type[ScheduleParts]) -> None:
    for seed in SEEDS:
        if any(re.search(mutant.violates, one) for one in play(seed, mutant).violations):
            assert play(seed).violations == []
            return
    pytest.fail("not told from the right way")


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    assert play(5) == play(5)
