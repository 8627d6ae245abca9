"""Names say what a thing is; these say that nobody knew."""

from __future__ import annotations

from pathlib import Path

import pytest

from .source_tree import sources

MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "shared", "misc", "managers", "manager"}


def meaningless(path: Path) -> bool:
    """True when a folder or file of `path` is named for nothing, alone or as a word of a longer name."""
    words = {word for part in path.parts for word in Path(part).stem.lower().replace("-", "_").split("_")}
    return bool(words & MEANINGLESS)


def test_every_file_and_folder_has_a_name_that_says_something() -> None:
    assert [str(one.path) for one in sources() if meaningless(one.path)] == []


@pytest.mark.parametrize("path", ["functions/api/utils.py", "infra/common/x.py", "tests/date_helpers.py"])
def test_a_name_that_says_nothing_is_found(path: str) -> None:
    assert meaningless(Path(path))


def test_a_word_inside_another_is_no_offence() -> None:
    assert not meaningless(Path("layers/ariia/python/ariia/domain/sharing.py"))
