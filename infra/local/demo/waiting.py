"""Waiting for what the running stack does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

from .api import DemoError, Json

SECONDS = 240


def wait_for(look: Callable[[], Json | None], what: str) -> Json:
    """The first answer of `look` that is not None; DemoError when there is none in four minutes."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.5)
    raise DemoError(f"{what} did not end within {SECONDS} s")
