"""A single message goes out once, and never after a cancel that was told to be in time; wrong ways are caught."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.catching import is_told_apart

from .mutants import MUTANTS
from .world import SingleParts, play

SEEDS = range(100)
# Some wrong ways show in one run of a hundred.
SEEDS_OF_WRONG_WAYS = range(1_000)


def test_nobody_is_lost_or_doubled_and_a_won_cancel_holds() -> None:
    runs = [play(seed) for seed in SEEDS]
    assert [(run.seed, run.violations) for run in runs if run.violations] == []
    states = Counter(state for run in runs for state in run.states)
    # Accepted, failed, cancelled in time and expired: all of it happened.
    assert {"a ", "f ", "x cancelled", "x expired"} <= states.keys()
    cancelled = sum(bool(message.cancels) for run in runs for message in run.messages)
    assert 0 < sum(message.won for run in runs for message in run.messages) < cancelled


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_wrong_way_is_caught(mutant: type[SingleParts]) -> None:
    assert is_told_apart(play, mutant, SEEDS_OF_WRONG_WAYS)


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    assert play(5) == play(5)
