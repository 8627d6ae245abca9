"""The end-to-end tests are shared out by the names of files that there are."""

from __future__ import annotations

from pathlib import Path

from tests.stacks import ON_THE_FIRST, is_on_the_first

E2E = Path(__file__).parents[1] / "e2e"


def test_every_file_of_the_first_stack_is_there() -> None:
    assert sorted(ON_THE_FIRST - {path.name for path in E2E.rglob("test_*.py")}) == []


def test_what_changes_the_provider_for_everybody_runs_on_the_first_stack() -> None:
    changing = [one.name for one in E2E.rglob("test_*.py") if "provider_that" in one.read_text()]
    assert changing
    assert [name for name in changing if not is_on_the_first(f"tests/e2e/{name}::test")] == []
