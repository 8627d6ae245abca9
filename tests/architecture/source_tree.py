"""The repository's Python files as the architecture tests look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Where packages start: a file's module name is its path below the first of these that holds it.
PACKAGE_ROOTS = ("layers/ariia/python", ".")
_CODE = ("app.py", "functions", "layers", "infra", "benchmarks", "examples", "tests")
_NOT_OURS = {"node_modules", "__pycache__", "build", "cdk.out"}


@dataclass(frozen=True)
class Source:
    """One file, by its path below the root of its tree."""

    root: Path
    path: Path

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def module(self) -> str:
        """The dotted name under which others import it; of a package, the package's."""
        for start in PACKAGE_ROOTS:
            if self.path.is_relative_to(start):
                parts = self.path.relative_to(start).with_suffix("").parts
                return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        raise AssertionError(f"{self.path} lies outside every package root")

    @property
    def package(self) -> str:
        """The package that relative imports of this file start from."""
        return self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]


def sources(root: Path = ROOT) -> list[Source]:
    """Every Python file of ours below `root`. Never none: a rule about nothing would always hold."""
    found = sorted(_files(root))
    assert found, f"no Python files below {root}"
    return [Source(root, path.relative_to(root)) for path in found]


def product_sources() -> list[Source]:
    """Everything but the tests."""
    return [one for one in sources() if one.path.parts[0] != "tests"]


def function_folders(root: Path = ROOT) -> list[str]:
    """Names of the folders below `functions`, each a Lambda function."""
    return sorted(path.name for path in (root / "functions").iterdir() if path.is_dir() and path.name not in _NOT_OURS)


def _files(root: Path) -> Iterator[Path]:
    for name in _CODE:
        start = root / name
        for path in [start] if start.is_file() else start.rglob("*.py"):
            if not _NOT_OURS.intersection(path.relative_to(root).parts):
                yield path
