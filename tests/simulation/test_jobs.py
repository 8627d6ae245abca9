"""Long runs in pieces: the same figures whoever plays them, and nothing twice after an interruption."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.world.jobs import BEYOND, KEPT, STORM, Job, Journal, Result, jobs, results


def _result(key: str) -> Result:
    return Result(key, {KEPT: {"runs": 1, "recipients": 5, "lost": 0, "doubled": 0, "violations": 0}})


def test_every_seed_and_every_pair_is_played_once() -> None:
    wanted = jobs(100, 60, all_pairs=True)
    storms = [seed for job in wanted if job.kind == "1 % faults" for seed in range(job.start, job.start + job.count)]
    pairs = [job.start for job in wanted if job.kind == "pairs of faults"]
    assert storms == list(range(100, 160))
    assert pairs == list(range(len(pairs)))
    assert len(pairs) > 600
    assert len({job.key for job in wanted}) == len(wanted)


def test_a_journal_spares_what_was_played_with_the_same_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []
    monkeypatch.setattr(Job, "play", lambda job: played.append(job.key) or _result(job.key))
    some = [Job("any weather", 0, 5), Job("any weather", 5, 5)]
    path = tmp_path / "build/journal.jsonl"
    path.parent.mkdir()
    list(results(some[:1], 1, Journal(path, "old sources")))
    list(results(some[:1], 1, Journal(path, "sources")))
    path.write_text(path.read_text() + '{"sources": "sources", "key": "any wea')
    found = list(results(some, 1, Journal(path, "sources")))
    assert list(results(some, 1, Journal(path, "sources"))) == found
    assert [one.key for one in found] == [job.key for job in some]
    assert played == [some[0].key, some[0].key, some[1].key]


def test_runs_whose_events_get_lost_are_counted_apart() -> None:
    figures = Job("any weather", 0, 12).play().figures
    assert figures[KEPT]["runs"] + figures[BEYOND]["runs"] == 12
    assert 0 < figures[BEYOND]["runs"] < figures[KEPT]["runs"]
    assert figures[STORM]["runs"] == 0
