"""Starting faster."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """For the imports of a large function. They make a hundred thousand objects and no garbage, for which the collector
    looks again and again: a seventh of the API's cold start (benchmarks.cold_start)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
