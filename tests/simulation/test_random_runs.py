"""Random: any weather, any buttons, any faults. A failure tells its seed and the fewest faults that bring it about."""

from __future__ import annotations

from .run import simulate
from .scenario import Scenario, hard_weather, random_scenario, stated_storm
from .shrink import shrunk, told
from .tally import RoundReport


def test_the_invariants_hold_in_any_weather() -> None:
    tally = RoundReport().add(simulate(random_scenario(seed)) for seed in range(100))
    assert not tally.failures, told(shrunk(tally.failures[0]))
    assert tally.lost == 0


def test_the_invariants_hold_where_wrong_variants_are_caught() -> None:
    tally = RoundReport().add(simulate(hard_weather(seed)) for seed in range(40))
    assert not tally.failures, told(shrunk(tally.failures[0]))
    assert tally.doubled == 0


def test_nobody_is_doubled_at_the_stated_rates() -> None:
    tally = RoundReport().add(simulate(stated_storm(seed)) for seed in range(25))
    assert not tally.failures, told(shrunk(tally.failures[0]))
    assert (tally.lost, tally.doubled) == (0, 0)


def test_a_run_is_the_same_when_it_is_run_again() -> None:
    one, other = simulate(random_scenario(7)), simulate(random_scenario(7))
    assert (one.steps, one.struck, one.verdict) == (other.steps, other.struck, other.verdict)


def test_a_calm_campaign_needs_no_dead_letters() -> None:
    verdict = simulate(Scenario(seed=3, members=120, rate=14.0)).verdict
    assert (verdict.violations, verdict.dead_letters) == ([], 0)
