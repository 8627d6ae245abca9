"""`python -m tests.simulation --seeds N`: long runs, with a progress bar and build/simulation.json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator

from rich.progress import Progress

from .exhaustive import pairs, singles
from .mutants import MUTANTS
from .report import RESULTS, Tally, caught_by, write
from .run import Outcome, simulate
from .scenario import Scenario, random_scenario, stated_storm
from .shrink import shrunk, told

_PAIRS = 400


def main(arguments: list[str]) -> int:
    """0 when every invariant held in every run and every wrong variant was caught."""
    options = _options(arguments)
    seeds = range(options.first, options.first + options.seeds)
    with Progress(disable=not sys.stderr.isatty()) as progress:
        tally = Tally()
        tally.add(_shown(progress, "single faults", singles(), None))
        tally.add(_shown(progress, "pairs of faults", pairs(None if options.pairs else _PAIRS), None))
        tally.add(_shown(progress, "any weather", _played(seeds, random_scenario), len(seeds)))
        storm = Tally().add(_shown(progress, "1 % faults", _played(seeds, stated_storm), len(seeds)))
        caught = _caught(progress) if options.mutants else None
    write(tally, storm, caught)
    for outcome in (tally.failures + storm.failures)[: options.told]:
        print(told(shrunk(outcome)))
    print(RESULTS.read_text(), end="")
    return int(bool(tally.failures or storm.failures) or caught not in (None, len(MUTANTS)))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=1_000, help="random runs of each kind")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--pairs", action="store_true", help="all pairs of faults (an hour), not a sample")
    parser.add_argument("--no-mutants", dest="mutants", action="store_false", help="skip the wrong variants")
    parser.add_argument("--told", type=int, default=5, help="failures to tell in full")
    return parser.parse_args(arguments)


def _played(seeds: Iterable[int], scenario: Callable[[int], Scenario]) -> Iterator[Outcome]:
    return (simulate(scenario(seed)) for seed in seeds)


def _shown(progress: Progress, what: str, outcomes: Iterable[Outcome], total: int | None) -> Iterator[Outcome]:
    bar = progress.add_task(what, total=total)
    for outcome in outcomes:
        progress.advance(bar)
        yield outcome
    progress.update(bar, total=progress.tasks[bar].completed)


def _caught(progress: Progress) -> int:
    bar = progress.add_task("wrong variants", total=len(MUTANTS))
    caught = 0
    for mutant in MUTANTS:
        seed = caught_by(mutant)
        caught += seed is not None
        if seed is None:
            print(f"not caught: {mutant.__name__}")
        progress.advance(bar)
    return caught


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
