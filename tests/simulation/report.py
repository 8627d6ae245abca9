"""build/simulation.json: the figures for scripts; what was not measured is absent."""

from __future__ import annotations

import json
from pathlib import Path

from .mutants import MUTANTS
from .tally import RoundReport

RESULTS = Path(__file__).parents[2] / "build/simulation.json"


def write(kept: RoundReport, storm: RoundReport, beyond: RoundReport, mutants_caught: int | None) -> None:
    """`kept` are runs under which nobody may be doubled, `storm` those of the stated rates (each fault at 1 % of all
    calls, events lost at 1e-4), `beyond` those whose events get lost more often, or come later, than was promised."""
    figures: dict[str, float] = dict(RoundReport().merge(kept).merge(storm).figures)
    figures |= {f"storm_{name}": figure for name, figure in storm.figures.items()}
    if storm.recipients:
        figures["doubled_per_million"] = round(storm.doubled * 1e6 / storm.recipients, 2)
    figures |= {f"beyond_{name}": figure for name, figure in beyond.figures.items()}
    if mutants_caught is not None:
        figures |= {"mutants_caught": mutants_caught, "mutants": len(MUTANTS)}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
