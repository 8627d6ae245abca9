"""What is told of a run: build/chaos.json for scripts, a table beside the anchors for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.paths import ROOT

from .verdict import Verdict

RESULTS = ROOT / "build" / "chaos.json"
_TOLD = 10
# Measured with their default settings, one `kill -9` of the only process in the middle of a send.
_ANCHORS = (
    ("listmonk", "4,000", "1", "1,000", "0", "said “finished”"),
    ("django-post-office 3.12", "3,000", "1", "0", "507", ""),
)


def write(figures: Mapping[str, Any], path: Path = RESULTS) -> None:
    """The figures as JSON; what was not measured is not in it."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")


def figures_of(verdict: Verdict, *, is_over: bool) -> dict[str, int]:
    """What a comparison measured. Until a campaign is over, only doubles can be told: nobody is lost yet."""
    doubled = {"doubled": len(verdict.doubled)}
    if not is_over:
        return doubled | {"unfinished": len(verdict.lost)}
    return doubled | {"lost": len(verdict.lost), "unaccounted": len(verdict.unaccounted) + len(verdict.figures)}


def show(console: Console, figures: Mapping[str, Any], verdict: Verdict | None) -> None:
    """The table, and who is concerned."""
    made = Table(title="One campaign each", title_justify="left")
    for column in ("system", "members", "kills", "lost", "twice", "unaccounted"):
        made.add_column(column, justify="left" if column == "system" else "right")
    own = [f"{figures[name]:,}" if name in figures else "?" for name in ("recipients", "kills", "lost", "doubled")]
    made.add_row("ARIIA Campaigns, this run", *own, str(figures.get("unaccounted", "?")), style="bold")
    for row in _ANCHORS:
        made.add_row(*row)
    console.print(made)
    for line in _concerned(verdict)[:_TOLD] if verdict else ():
        console.print(line, markup=False)


def _concerned(verdict: Verdict) -> list[str]:
    return [f"{member} {reason}" for member, reason in verdict.reasons.items()] + verdict.figures
