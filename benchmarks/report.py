"""What was measured, as a file that scripts read and a table that people read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

BUILD = Path(__file__).resolve().parents[1] / "build"
BENCH, COST, PACING = BUILD / "bench.json", BUILD / "cost.json", BUILD / "pacing.json"
# Goal of a figure: at most (or, with ">", at least) this much.
GOALS = {
    "send.cpu_ms_per_recipient": ("<", 0.20),
    "send.aws_calls_per_1000": ("<", 90.0),
    "send.naive_cpu_ratio": (">", 15.0),
    "import_ratio.send_batch": ("<", 1.3),
    "import_ratio.record_events": ("<", 1.3),
    "import_ratio.aggregate_stats": ("<", 1.3),
    "import_ratio.api": ("<", 2.0),
    "send_path_usd_per_million": ("<", 0.50),
    "all_usd_per_million": ("<", 3.0),
    "idle_usd_per_month": ("<", 2.0),
    "share_of_rate": (">", 0.98),
    "throttled_share": ("<", 0.001),
}


def save(path: Path, figures: Mapping[str, Any]) -> None:
    """Writes the figures; a figure that was not measured is absent."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")


def load(path: Path) -> dict[str, Any]:
    """The figures of an earlier run; SystemExit saying how to make them when there are none."""
    if not path.exists():
        raise SystemExit(f"{path} does not exist: run `make bench` first")
    figures: dict[str, Any] = json.loads(path.read_text())
    return figures


def show(title: str, figures: Mapping[str, Any]) -> None:
    """The figures as a table, with their goals."""
    table = Table("figure", "value", "goal", title=title)
    for name, value in flat(figures).items():
        goal = GOALS.get(name)
        verdict = ""
        if goal is not None:
            met = value <= goal[1] if goal[0] == "<" else value >= goal[1]
            verdict = f"{'at most' if goal[0] == '<' else 'at least'} {goal[1]:g} {'✓' if met else '✗'}"
        table.add_row(name, f"{value:g}" if isinstance(value, (int, float)) else str(value), verdict)
    Console().print(table)


def flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures under dotted names."""
    found: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found
