"""Many runs in pieces that processes share, and a journal, so that an interrupted evening is not lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from tests.simulation.exhaustive import firsts, pairs, pairs_after, singles
from tests.simulation.run import Outcome, simulate
from tests.simulation.scenario import busy_account, random_scenario, stated_storm
from tests.simulation.shrink import shrunk, told
from tests.simulation.tally import RoundReport

ROOT = Path(__file__).parents[3]
JOURNAL = ROOT / "build/simulation-journal.jsonl"
_SOURCES = ("tests/simulation", "tests/builders.py", "layers/ariia/python/ariia", "infra/state_machines")
SEEDS_PER_JOB = 25
SAMPLED_PAIRS = 400
_TOLD_PER_JOB = 2

KEPT, STORM, BEYOND = "kept", "storm", "beyond"
_PLAYS: Mapping[str, Callable[[int, int], Iterator[Outcome]]] = {
    "single faults": lambda start, count: singles(),
    "sampled pairs of faults": lambda start, count: pairs(count),
    "pairs of faults": lambda start, count: (
        outcome for first in firsts()[start : start + count] for outcome in pairs_after(first)
    ),
    "any weather": lambda start, count: (simulate(random_scenario(seed)) for seed in range(start, start + count)),
    "busy account": lambda start, count: (simulate(busy_account(seed)) for seed in range(start, start + count)),
    "1 % faults": lambda start, count: (simulate(stated_storm(seed)) for seed in range(start, start + count)),
}


@dataclass(frozen=True)
class Job:
    """Some runs of one kind."""

    kind: str
    start: int
    count: int

    @property
    def key(self) -> str:
        """Names these very runs."""
        return f"{self.kind} {self.start}+{self.count}"

    def play(self) -> Result:
        """Plays them all, and tells the first failures with the fewest faults that bring them about."""
        tallies = {group: RoundReport() for group in (KEPT, STORM, BEYOND)}
        for outcome in _PLAYS[self.kind](self.start, self.count):
            tallies[self._group(outcome)].add([outcome])
        failures = [one for tally in tallies.values() for one in tally.failures]
        figures = {group: dict(tally.figures) for group, tally in tallies.items()}
        return Result(self.key, figures, [told(shrunk(one)) for one in islice(failures, _TOLD_PER_JOB)])

    def _group(self, outcome: Outcome) -> str:
        if self.kind == "1 % faults":
            return STORM
        return KEPT if outcome.scenario.is_guarded else BEYOND


@dataclass(frozen=True)
class Result:
    """What came of a job: sums by group, and its first failures in words."""

    key: str
    figures: dict[str, dict[str, int]]
    told: list[str] = field(default_factory=list)


def jobs(first_seed: int, seeds: int, *, all_pairs: bool) -> list[Job]:
    """Everything to be played: the exhaustive part, and `seeds` runs of each random kind."""
    made = [Job("single faults", 0, 0)]
    if all_pairs:
        made += [Job("pairs of faults", place, 1) for place in range(len(firsts()))]
    else:
        made.append(Job("sampled pairs of faults", 0, SAMPLED_PAIRS))
    end = first_seed + seeds
    for kind in ("any weather", "busy account", "1 % faults"):
        starts = range(first_seed, end, SEEDS_PER_JOB)
        made += [Job(kind, start, min(SEEDS_PER_JOB, end - start)) for start in starts]
    return made


def results(wanted: Sequence[Job], workers: int, journal: Journal | None = None) -> Iterator[Result]:
    """The result of every job as it ends; with a journal, those that it knows are not played again."""
    known = journal.known() if journal else {}
    yield from (known[job.key] for job in wanted if job.key in known)
    left = [job for job in wanted if job.key not in known]
    for result in _played(left, workers):
        if journal:
            journal.note(result)
        yield result


def _played(wanted: Sequence[Job], workers: int) -> Iterator[Result]:
    if workers == 1:
        yield from (job.play() for job in wanted)
        return
    with ProcessPoolExecutor(workers) as pool:
        running = [pool.submit(job.play) for job in wanted]
        try:
            for one in as_completed(running):
                yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class Journal:
    """Results of these very sources, a line each."""

    def __init__(self, path: Path, sources: str) -> None:
        self._path, self._sources = path, sources

    def known(self) -> dict[str, Result]:
        """What was played with the same sources before; a line cut off by an interruption is no result."""
        found = {}
        for line in self._path.read_text().splitlines() if self._path.exists() else ():
            try:
                body = json.loads(line)
            except ValueError:
                continue
            if body.pop("sources") == self._sources:
                found[body["key"]] = Result(**body)
        return found

    def note(self, result: Result) -> None:
        """Keeps it."""
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("a") as file:
            # Begins a line of its own, even behind one that was cut off.
            file.write("\n" + json.dumps({"sources": self._sources} | asdict(result)) + "\n")


def sources() -> str:
    """Of everything that decides a run."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        start = ROOT / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.suffix in (".py", ".json", ".html"):
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
