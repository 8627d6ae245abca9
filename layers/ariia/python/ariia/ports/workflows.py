"""Long-running work that outlives a request."""

from __future__ import annotations

from typing import Protocol


class Executions(Protocol):
    """Executions of the campaign_run state machine."""

    def start(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        """Starts the run of this epoch; starting it again has no effect."""
        ...
