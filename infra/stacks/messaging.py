"""What moves messages: queues, SES's events, and the address that links point to."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.config import EVENTS_TIMEOUT_SECONDS, SEND_TIMEOUT_SECONDS, StageConfig
from infra.constructs.email_events import EmailEvents
from infra.constructs.http_gateway import HttpGateway
from infra.constructs.queue_worker import (
    RECEIVES_BEFORE_DEAD_LETTER,
    RECEIVES_BY_SENDERS,
    RECEIVES_OF_EVENTS,
    WorkQueue,
    dead_letter_queue,
)
from infra.stacks.data import DataStack


class MessagingStack(Stack):
    """A channel's queue exists only where the channel is configured: an event source polls, and costs, while idle.

    Dead letters share one queue, as each costs a metric of the alarm. The events' are apart: the proof that events
    are recorded looks at each of theirs, and nothing else may hold that up."""

    def __init__(self, scope: Construct, config: StageConfig, data: DataStack) -> None:
        super().__init__(scope, f"{config.prefix}-messaging")
        self._config = config
        self.add_stack_dependency(data)
        self.gateway = HttpGateway(self, config)
        self.dead_letters = dead_letter_queue(self, config)
        self.channels = {
            channel: self._queue(channel, SEND_TIMEOUT_SECONDS, receives=RECEIVES_BY_SENDERS)
            for channel in config.channels
        }
        self.events = self._queue(
            "events",
            EVENTS_TIMEOUT_SECONDS,
            dead_letter_queue(self, config, "events"),
            RECEIVES_OF_EVENTS,
            config.events_visibility_seconds,
        )
        self.email_events = EmailEvents(self, config, self.events)
        self._outputs()

    @property
    def work_queues(self) -> list[WorkQueue]:
        return [*self.channels.values(), self.events]

    def _queue(
        self,
        name: str,
        worker_timeout_seconds: int,
        dead_letters: Queue | None = None,
        receives: int = RECEIVES_BEFORE_DEAD_LETTER,
        visibility_seconds: int | None = None,
    ) -> WorkQueue:
        return WorkQueue(
            self,
            name,
            self._config,
            worker_timeout_seconds=worker_timeout_seconds,
            dead_letters=dead_letters or self.dead_letters,
            receives=receives,
            visibility_seconds=visibility_seconds,
        )

    def _outputs(self) -> None:
        CfnOutput(self, "BaseUrl", value=self.gateway.base_url, description="Where clients and members reach the API")
        CfnOutput(self, "EmailEventsTopicArn", value=self.email_events.topic.topic_arn)
