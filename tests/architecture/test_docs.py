"""Pages name files that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .source_tree import ROOT

_PATH = re.compile(
    r"(?<![\w/.-])(?:functions|layers|tests|infra|benchmarks|examples|clients)/[\w/.-]+\.(?:py|md|json|csv|mjs|ts)\b"
)
_PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def missing(page: Path, root: Path = ROOT) -> Iterator[str]:
    """Files that the page names and that there are not."""
    for path in _PATH.findall(page.read_text()):
        if not (root / path).exists():
            yield f"{page.name}: {path}"


def test_every_file_that_a_page_names_is_there() -> None:
    assert [one for page in _PAGES for one in missing(page)] == []


def test_a_file_that_moved_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("See [it](functions/api/handler.py) and `functions/api/elsewhere.py`.")
    assert list(missing(page)) == ["page.md: functions/api/elsewhere.py"]
