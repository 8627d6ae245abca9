"""Which browser is taken: the first that starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import chromium
from .chromium import NoBrowserError, find


def executable(path: Path, exit_code: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; its PATH is `bin`."""
    monkeypatch.setattr(chromium, "_PACKED", tmp_path / "packed")
    monkeypatch.setattr(chromium, "_MAC_APPS", ())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_without_a_browser_it_is_said_how_to_get_one() -> None:
    with pytest.raises(NoBrowserError, match=r"python -m tests\.browser"):
        find()


def test_the_packed_one_comes_before_the_machines(machine: Path) -> None:
    executable(machine / "bin" / "chromium", 0)
    packed = executable(machine / "packed" / "chromium", 0)
    found = find()
    assert found.path == packed
    assert found.environment["LD_LIBRARY_PATH"] == f"{machine}/packed/al2023/lib"
    assert found.environment["PATH"] == f"{machine}/bin"


def test_one_that_lacks_a_library_is_passed_over(machine: Path) -> None:
    executable(machine / "packed" / "chromium", 127)
    executable(machine / "bin" / "chromium", 127)
    installed = executable(machine / "bin" / "google-chrome", 0)
    assert (find().path, find().extra) == (installed, {})


def test_what_playwright_has_fetched_is_found_last(machine: Path) -> None:
    cache = machine / ".cache" / "ms-playwright" / "chromium_headless_shell-1234" / "chrome-headless-shell-linux-arm64"
    fetched = executable(cache / "chrome-headless-shell", 0)
    assert find().path == fetched
