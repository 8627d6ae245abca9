"""Chromium for the tests: the one of an npm package where there is one for the machine, else whatever is installed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
_PACKED = FOLDER / "node_modules" / ".chromium"
_SYSTEMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")


class NoBrowserError(Exception):
    """There is no browser that starts on this machine."""


@dataclass(frozen=True)
class Chromium:
    """An executable, and what it needs in its environment beside what is there."""

    path: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment to start it in."""
        return {**os.environ, **self.extra}

    def starts(self) -> bool:
        """True when it tells its version: of a machine's libraries none is missing."""
        try:
            asked = subprocess.run([self.path, "--version"], env=self.environment, capture_output=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return asked.returncode == 0


def find() -> Chromium:
    """The first that starts: the packed one, the machine's, Playwright's. Raises NoBrowserError."""
    for one in _candidates():
        if one.starts():
            return one
    raise NoBrowserError("no Chromium, Chrome or Edge starts on this machine; `python -m tests.browser` installs one")


def install() -> None:
    """Brings a browser unless one is there. Raises CalledProcessError when it can't be had."""
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        # Its own JavaScript asks for a newer Node than the rest; what is used of it runs on Node 20.
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(FOLDER))
        _run("node", str(FOLDER / "unpack.mjs"))
    elif not any(one.starts() for one in _candidates()):
        _run(sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")


def _candidates() -> Iterator[Chromium]:
    if (_PACKED / "chromium").exists():
        extra = {"LD_LIBRARY_PATH": f"{_PACKED / 'al2023' / 'lib'}", "FONTCONFIG_FILE": f"{_PACKED / 'fonts.conf'}"}
        yield Chromium(_PACKED / "chromium", extra)
    for name in filter(None, map(shutil.which, _SYSTEMS)):
        yield Chromium(Path(name))
    for app in _MAC_APPS:
        yield Chromium(Path(f"/Applications/{app}.app/Contents/MacOS/{app}"))
    yield from map(Chromium, sorted(_playwrights(), reverse=True))


def _playwrights() -> Iterator[Path]:
    """What `playwright install` has left in its usual places."""
    for cache in (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"):
        yield from cache.glob("chromium_headless_shell-*/*/*headless*shell")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
