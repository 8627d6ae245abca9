"""The pages of the repository: what they point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .source_tree import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_listed_and_dated() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    for decision in sorted(folder.glob("[0-9]*.md")):
        assert f"({decision.name})" in listed, decision.name
        assert re.search(r"^\d{4}-\d{2}-\d{2}$", decision.read_text(), re.M), decision.name


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {target for page in PAGES for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.M)}
    assert {"demo", "test", "run", "deploy"} <= named <= targets
