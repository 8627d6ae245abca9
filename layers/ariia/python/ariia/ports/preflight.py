"""The queue of work that counting a large audience is cut into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.preflight_job import CountTask


class PreflightQueue(Protocol):
    """One message per shard of a preflight job."""

    def put(self, tasks: Sequence[CountTask]) -> None:
        """Queues all of them; raises TransientError when some may not be queued."""
        ...
