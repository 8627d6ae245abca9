"""Small files, small functions."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from .source_tree import Source, product_sources, sources

MOST_LINES_IN_A_FILE = 300
MOST_LINES_IN_A_FUNCTION = 50
MOST_MODULES_IN_A_FOLDER = 25


def too_long(source: Source) -> Iterator[str]:
    """The file and the functions of `source` that are over the limits."""
    lines = source.text.count("\n")
    if lines > MOST_LINES_IN_A_FILE:
        yield f"{source.path} has {lines} lines"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_IN_A_FUNCTION:
                yield f"{source.path}:{node.lineno} {node.name} has {length} lines"


def test_files_and_functions_stay_small() -> None:
    assert [one for source in product_sources() for one in too_long(source)] == []


def test_a_long_function_and_a_long_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("def f():\n" + "    x = 1\n" * 50 + "\n" * 250)
    assert len(list(too_long(Source(tmp_path, Path("long.py"))))) == 2


def crowded(modules: Iterable[Path]) -> list[str]:
    """Folders with more modules than a reader takes in at a glance."""
    counts = Counter(path.parent for path in modules if path.name != "__init__.py")
    return [f"{folder} has {count} modules" for folder, count in counts.items() if count > MOST_MODULES_IN_A_FOLDER]


def test_no_folder_is_crowded() -> None:
    assert crowded(one.path for one in sources()) == []


def test_a_crowded_folder_is_found() -> None:
    assert len(crowded(Path(f"rooms/m{number}.py") for number in range(26))) == 1
    assert crowded(Path(f"rooms/m{number}.py") for number in range(25)) == []
