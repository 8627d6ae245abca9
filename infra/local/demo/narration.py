"""How the demo speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console(highlight=False)


def chapter(number: int, title: str) -> None:
    """Begins a chapter."""
    console.print(f"\n[bold cyan]{number}. {title}[/bold cyan]")


def say(text: str) -> None:
    """One line of the story."""
    console.print(f"   {text}")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for place, column in enumerate(columns):
        made.add_column(column, justify="left" if place == 0 else "right" if column in _NUMERIC else "left")
    for row in rows:
        made.add_row(*[str(cell) for cell in row])
    console.print(made)


def progress() -> Progress:
    """A progress bar to use as a context."""
    columns = (SpinnerColumn(), TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=False)


def pairs(values: Mapping[str, Any]) -> str:
    """`a 1, b 2` for a mapping."""
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "none"


_NUMERIC = {"members", "share", "line"}
