"""The steps of journeys as a table of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .recorder import LAYERS, Step, by_layer


def table(journeys: Mapping[str, Sequence[Step]]) -> str:
    """A row for each step, and one for each journey with its distinct files."""
    head = f"| step | files | crossings | {' / '.join(LAYERS)} |"
    rows = [row for name, steps in journeys.items() for row in _rows(name, steps)]
    return "\n".join([head, "|---|---:|---:|---|", *rows])


def _rows(name: str, steps: Sequence[Step]) -> Iterable[str]:
    for step in steps:
        yield _row(step.name, step.files, step.crossings)
    files = set().union(*(step.files for step in steps))
    yield _row(f"**{name}**", files, sum(step.crossings for step in steps))


def _row(name: str, files: set[str], crossings: int) -> str:
    layers = " / ".join(str(count) for count in by_layer(files).values())
    return f"| {name} | {len(files)} | {crossings} | {layers} |"
