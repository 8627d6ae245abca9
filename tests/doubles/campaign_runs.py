"""Runs that are only noted, for whoever plays the state machine."""

from __future__ import annotations

from ariia.ports.workflows import Executions


class MemoryExecutions(Executions):
    """CampaignRuns that keeps what was started, once each, in order."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, int]] = []

    def start(self, tenant_id: str, campaign_id: str, epoch: int) -> None:
        run = (tenant_id, campaign_id, epoch)
        if run not in self.started:
            self.started.append(run)
