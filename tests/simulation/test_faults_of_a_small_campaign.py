"""Exhaustive: whatever single call goes wrong, and whatever two do."""

from __future__ import annotations

from .exhaustive import pairs, singles
from .shrink import told
from .tally import RoundReport


def test_no_single_fault_anywhere_loses_or_doubles_anybody() -> None:
    tally = RoundReport().add(singles())
    assert tally.runs > 200
    assert not tally.failures, told(tally.failures[0])


def test_no_two_faults_lose_or_double_anybody() -> None:
    tally = RoundReport().add(pairs(150))
    assert tally.runs >= 150
    assert not tally.failures, told(tally.failures[0])
