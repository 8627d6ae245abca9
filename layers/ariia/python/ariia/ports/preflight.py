"""The queue of work that work on all members of a large tenant is cut into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ShardTask(Protocol):
    """Work on one shard of a tenant's members."""

    @property
    def tenant_id(self) -> str:
        """Whose members."""
        ...

    @property
    def shard(self) -> int:
        """Which of the shards."""
        ...

    def to_text(self) -> str:
        """The message body."""
        ...


class PreflightQueue(Protocol):
    """One message per shard of a job."""

    def put(self, tasks: Sequence[ShardTask]) -> None:
        """Queues all of them; raises TransientError when some may not be queued."""
        ...
