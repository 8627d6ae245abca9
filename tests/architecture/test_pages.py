"""The pages of the repository: what they point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .source_tree import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
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


def test_a_commit_is_checked_by_what_make_lint_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"^ *entry: (.+)$", hooks, re.M) == ["make lint"]
    assert re.findall(r"repo: (.+)$", hooks, re.M) == ["local"]


def test_places_that_name_private_parts_of_libraries_exist() -> None:
    table = (ROOT / "docs" / "pins.md").read_text()
    places = [place for place in re.findall(r"`([a-z_]+/[^`\s]+)`", table) if "<" not in place]
    assert len(places) > 5
    assert [place for place in places if not (ROOT / place).exists()] == []
