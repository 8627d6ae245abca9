"""Sends one channel's batches: the folder `send_batch`, deployed once per channel that the stage configures."""

from __future__ import annotations

from collections.abc import Mapping

from infra.config import SEND_TIMEOUT_SECONDS
from infra.constructs.python_function import PythonFunction, Workshop
from infra.constructs.queue_worker import WorkQueue, work_off


class ChannelSender(PythonFunction):
    """At most the channel's configured number of them run at once: more would only fight for send tokens."""

    def __init__(self, workshop: Workshop, channel: str, queue: WorkQueue, environment: Mapping[str, str]) -> None:
        config = workshop.config
        super().__init__(
            workshop,
            "send_batch",
            suffix=f"-{channel}",
            timeout_seconds=SEND_TIMEOUT_SECONDS,
            memory_mb=512,
            environment={
                "ARIIA_CHANNEL": channel,
                "ARIIA_LEASE_SECONDS": str(config.lease_seconds),
                "ARIIA_PROVIDER_READ_TIMEOUT_SECONDS": str(config.provider_read_timeout_seconds),
                **environment,
            },
        )
        work_off(queue, self, batch_size=10, concurrency=config.channels[channel].concurrency)
