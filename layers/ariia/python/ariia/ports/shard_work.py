"""What work on all members of a large tenant is cut into, and who does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


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

    def to_payload(self) -> dict[str, Any]:
        """What the function is told of it, for JSON."""
        ...


class ShardWork(Protocol):
    """Has count_audience work on shards."""

    def start(self, tasks: Sequence[ShardTask]) -> None:
        """Begins soon, and works on all of them, each at least once and some of them at a time; raises TransientError
        when some may not be begun."""
        ...

    def go_on(self, tasks: Sequence[ShardTask]) -> None:
        """Works soon on these, one after the other; raises TransientError when that may not be begun."""
        ...
