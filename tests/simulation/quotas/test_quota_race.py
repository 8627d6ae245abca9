"""Plan limits hold whatever fails, whoever races; and ways that don't hold them are caught."""

from __future__ import annotations

import pytest

from tests.simulation.catching import is_told_apart

from .mutants import MUTANTS
from .race import QuotaParts, play

SEEDS = range(120)


def test_what_is_used_is_what_ran_and_no_plan_is_overdrawn() -> None:
    runs = [play(seed) for seed in SEEDS]
    assert [(run.seed, run.violations) for run in runs if run.violations] == []
    lives = [life for run in runs for life in run.lives]
    assert {life.end for life in lives if life.granted} == {"settle", "give_back", "both", "left"}
    assert any(life.refused for life in lives)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_way_is_caught(mutant: type[QuotaParts]) -> None:
    assert is_told_apart(play, mutant, SEEDS)


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    assert play(5) == play(5)
