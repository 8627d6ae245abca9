"""`python -m tests.simulation --seeds N` (`make simulate`): long runs, a progress bar, and build/simulation.json."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.world.jobs import BEYOND, JOURNAL, KEPT, STORM, Journal, Result, jobs, results, sources

from .catching import caught_by
from .mutants import MUTANTS
from .report import RESULTS, write
from .tally import RoundReport


def main(arguments: list[str]) -> int:
    """0 when every invariant held in every run and every wrong variant was caught."""
    options = _options(arguments)
    journal = Journal(JOURNAL, sources()) if options.resume else None
    wanted = jobs(options.first, options.seeds, all_pairs=options.pairs)
    told: list[str] = []
    with _progress() as progress:
        sums = _summed(progress, results(wanted, options.workers, journal), len(wanted), told)
        caught = _caught(progress) if options.mutants else None
    write(sums[KEPT], sums[STORM], sums[BEYOND], caught)
    for one in told[: options.told]:
        print(one)
    print(RESULTS.read_text(), end="")
    return int(any(tally.violations for tally in sums.values()) or caught not in (None, len(MUTANTS)))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=_some, default=1_000, help="random runs of each kind (default 1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--pairs", action="store_true", help="all pairs of faults (an hour of CPU), not a sample")
    parser.add_argument(
        "--resume", action="store_true", help="go on where an interrupted --resume run of the same sources stopped"
    )
    parser.add_argument("--workers", type=_some, default=os.cpu_count() or 1, help="processes (default: one per CPU)")
    parser.add_argument("--no-mutants", dest="mutants", action="store_false", help="skip the wrong variants")
    parser.add_argument("--told", type=int, default=5, help="failures to tell in full")
    return parser.parse_args(arguments)


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1")
    return number


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=not sys.stderr.isatty())


def _summed(progress: Progress, found: Iterable[Result], total: int, told: list[str]) -> dict[str, RoundReport]:
    bar = progress.add_task("runs", total=total)
    sums = {group: RoundReport() for group in (KEPT, STORM, BEYOND)}
    for result in found:
        for group, figures in result.figures.items():
            sums[group].merge(RoundReport(**figures))
        told.extend(result.told)
        progress.advance(bar)
    return sums


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
