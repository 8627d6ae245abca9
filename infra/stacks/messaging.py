"""What moves messages: queues, the uploads bucket, SES's events, and the address that links point to."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from infra.config import SEND_TIMEOUT_SECONDS, StageConfig
from infra.constructs.accepted import accept
from infra.constructs.email_events import EmailEvents
from infra.constructs.http_gateway import HttpGateway
from infra.constructs.queue_worker import RECEIVES_BY_SENDERS, WorkQueue, dead_letter_queue
from infra.constructs.uploads import Uploads
from infra.stacks.data import DataStack

EVENTS_TIMEOUT_SECONDS = 60
IMPORT_TIMEOUT_SECONDS = 120
PREFLIGHT_TIMEOUT_SECONDS = 120


class MessagingStack(Stack):
    """A channel's queue exists only where the channel is configured: an event source polls, and costs, while idle."""

    def __init__(self, scope: Construct, config: StageConfig, data: DataStack) -> None:
        super().__init__(scope, f"{config.prefix}-messaging")
        self.add_stack_dependency(data)
        self.gateway = HttpGateway(self, config)
        self.channels = {
            channel: WorkQueue(
                self, channel, config, worker_timeout_seconds=SEND_TIMEOUT_SECONDS, receives=RECEIVES_BY_SENDERS
            )
            for channel in config.channels
        }
        self.events = WorkQueue(self, "events", config, worker_timeout_seconds=EVENTS_TIMEOUT_SECONDS)
        self.imports = WorkQueue(self, "imports", config, worker_timeout_seconds=IMPORT_TIMEOUT_SECONDS)
        self.preflights = WorkQueue(self, "preflights", config, worker_timeout_seconds=PREFLIGHT_TIMEOUT_SECONDS)
        self.statistics_dead_letters = dead_letter_queue(self, "statistics", config)
        accept(self.statistics_dead_letters, {"SQS3": "It holds the dead letters of a stream, not of a queue."})
        self.schedule_dead_letters = dead_letter_queue(self, "schedules", config)
        accept(self.schedule_dead_letters, {"SQS3": "It holds what a schedule could not start, or Lambda not finish."})
        self.follow_up_dead_letters = dead_letter_queue(self, "follow-ups", config)
        accept(self.follow_up_dead_letters, {"SQS3": "It holds what a schedule could not start, or Lambda not finish."})
        self.email_events = EmailEvents(self, config, self.events)
        self.uploads = Uploads(self, config, self.imports)
        self._outputs()

    @property
    def work_queues(self) -> list[WorkQueue]:
        return [*self.channels.values(), self.events, self.imports, self.preflights]

    @property
    def other_dead_letters(self) -> list[Queue]:
        """Of what is no queue: a stream, and schedules."""
        return [self.statistics_dead_letters, self.schedule_dead_letters, self.follow_up_dead_letters]

    def _outputs(self) -> None:
        CfnOutput(self, "BaseUrl", value=self.gateway.base_url, description="Where clients and members reach the API")
        CfnOutput(self, "EmailEventsTopicArn", value=self.email_events.topic.topic_arn)
        CfnOutput(self, "UploadsBucket", value=self.uploads.bucket_name)
