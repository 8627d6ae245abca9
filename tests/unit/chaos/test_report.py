"""What scripts read of a run: measured figures only."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from infra.local.chaos.report import show, write
from infra.local.chaos.run import ChaosResult
from infra.local.chaos.verdict import Verdict
from infra.local.chaos.weather import CALM, mood, moods
from infra.local.providers.ses.settings import Settings


def test_a_figure_that_was_not_measured_is_absent_and_no_zero(tmp_path: Path) -> None:
    write({"recipients": 10, "kills": 3}, tmp_path / "build.json")
    assert json.loads((tmp_path / "build.json").read_text()) == {"recipients": 10, "kills": 3}
    console = Console(record=True, width=120)
    show(console, {"recipients": 10, "kills": 3}, None)
    own = next(line for line in console.export_text().splitlines() if "this run" in line)
    assert own.count("?") == 3


def test_who_is_concerned_is_named() -> None:
    console = Console(record=True, width=120)
    verdict = Verdict(2, lost=["anna"], reasons={"anna": "is pending"}, figures=["sent: 1 instead of 2"])
    show(console, {"recipients": 2, "kills": 1, "lost": 1, "doubled": 0, "unaccounted": 1}, verdict)
    text = console.export_text()
    assert "anna is pending" in text
    assert "sent: 1 instead of 2" in text


def test_a_run_is_clean_only_when_it_was_compared_and_nothing_was_found() -> None:
    assert ChaosResult(verdict=Verdict(5)).is_clean
    assert not ChaosResult().is_clean
    assert not ChaosResult(verdict=Verdict(5), problem="a process was left running").is_clean
    assert not ChaosResult(verdict=Verdict(5, figures=["sent: 1 instead of 2"])).is_clean


def test_every_mood_is_one_that_the_provider_can_have_and_a_seed_repeats_them() -> None:
    some = [mood(moods(7)) for _ in range(2)]
    assert some[0] == some[1]
    random = moods(7)
    for _ in range(50):
        Settings().changed(mood(random))
    assert Settings().changed(CALM | {"entry_failure_status": "FAILED"})
    assert mood(moods(8)) != some[0]
