"""What works by itself: the functions behind queues and streams, and the state machine that runs campaigns."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk.aws_lambda import StartingPosition
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from infra.config import EVENTS_TIMEOUT_SECONDS, StageConfig
from infra.constructs.accepted import accept
from infra.constructs.asynchronous import allow_invoking, arn_by_name, catch
from infra.constructs.channel_sender import ChannelSender
from infra.constructs.layers import Layers
from infra.constructs.one_time_schedules import OneTimeSchedules, tick
from infra.constructs.python_function import PythonFunction, Workshop
from infra.constructs.queue_worker import work_off
from infra.constructs.revisits import Revisits
from infra.constructs.state_machine import StateMachine
from infra.constructs.uploads import Uploads
from infra.grants import allow_account_reading, allow_probing, allow_sending
from infra.stacks.data import DataStack
from infra.stacks.imports import import_members
from infra.stacks.messaging import MessagingStack
from infra.stacks.privacy_requests import privacy_requests

# At most 8 x 16 failing planning calls and 1,000 failing rounds stay below the 25,000 events of one history:
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
PLAN_CALLS_PER_SHARD = 8
# A look costs nothing while nothing is due, and what it finds is late by some minutes already.
CHECK_MINUTES = 5
COUNT_AUDIENCE, RECOUNT_STATISTICS = "count_audience", "recount_statistics"
# The one constant that stands for the shard id that the emulator's stream events lack.
LAPTOP_STREAM_SHARD = "shardId-laptop"


class AutomationStack(Stack):
    """Each function's grants stand right under it."""

    def __init__(self, scope: Construct, config: StageConfig, data: DataStack, messaging: MessagingStack) -> None:
        super().__init__(scope, f"{config.prefix}-automation")
        self._config, self._data, self._messaging = config, data, messaging
        self._workshop = Workshop(self, config, Layers(self))
        plan_audience = self._plan_audience()
        release_batches = self._release_batches()
        self.campaign_run = StateMachine(
            self,
            "campaign_run",
            config,
            tasks={"PlanAudienceArn": plan_audience, "ReleaseBatchesArn": release_batches},
            values={
                "RoundsPerExecution": str(config.rounds_per_execution),
                "PlanCallsPerShard": str(PLAN_CALLS_PER_SHARD),
            },
        )
        self.campaign_schedules = OneTimeSchedules(self, "campaigns", config, self.campaign_run, messaging.dead_letters)
        self.revisits = Revisits(self, config, messaging.dead_letters)
        self.uploads = Uploads(self, config)
        self.import_members = import_members(self._workshop, data, messaging, self.uploads, self.revisits)
        self.count_audience = self._count_audience()
        self.recount_statistics = self._recount_statistics()
        self.aggregate_stats = self._aggregate_stats()
        self.functions = [
            plan_audience,
            release_batches,
            *[self._send_batch(channel) for channel in config.channels],
            self._record_events(),
            self.aggregate_stats,
            self.import_members,
            self.count_audience,
            self.recount_statistics,
            self._check_schedules(),
            self._tend_messages(),
            self._run_series(),
            privacy_requests(self._workshop, data, self.uploads, self.revisits),
        ]
        CfnOutput(self, "UploadsBucket", value=self.uploads.bucket_name)
        CfnOutput(self, "CampaignRunArn", value=self.campaign_run.state_machine_arn)

    def _plan_audience(self) -> PythonFunction:
        function = PythonFunction(self._workshop, "plan_audience", timeout_seconds=300, memory_mb=1024)
        self._data.allow(function)
        return function

    def _check_schedules(self) -> PythonFunction:
        function = PythonFunction(
            self._workshop,
            "check_schedules",
            timeout_seconds=60,
            memory_mb=512,
            environment=self._waking_environment(),
        )
        self._allow_waking(function)
        self.campaign_run.grant_start_execution(function)
        tick(self, "check-schedules", self._config, function, CHECK_MINUTES)
        return function

    def _run_series(self) -> PythonFunction:
        function = PythonFunction(
            self._workshop, "run_series", timeout_seconds=60, memory_mb=512, environment=self._waking_environment()
        )
        self.revisits.catch(function)
        self._allow_waking(function)
        return function

    def _waking_environment(self) -> dict[str, str]:
        """What making a series' campaigns, and scheduling them, takes."""
        run = {"ARIIA_CAMPAIGN_RUN_ARN": self.campaign_run.state_machine_arn}
        return run | self.campaign_schedules.environment | self.revisits.environment

    def _allow_waking(self, function: PythonFunction) -> None:
        """What whoever wakes up series, and judges schedules of campaigns, may do."""
        self._data.allow(function)
        self.revisits.allow_arranging(function)
        self.campaign_schedules.allow_scheduling(function, and_deleting=True)

    def _release_batches(self) -> PythonFunction:
        messaging, config = self._messaging, self._config
        queues = messaging.channels | {"events": messaging.events}
        environment = {f"ARIIA_{name.upper()}_QUEUE_URL": queue.queue_url for name, queue in queues.items()}
        function = PythonFunction(
            self._workshop,
            "release_batches",
            timeout_seconds=60,
            memory_mb=512,
            environment={
                **environment,
                "ARIIA_EVENTS_DLQ_URL": messaging.events.dead_letters.queue_url,
                "ARIIA_LEASE_SECONDS": str(config.lease_seconds),
                "ARIIA_GRACE_SECONDS": str(config.grace_seconds),
                "ARIIA_EVENTS_VISIBILITY_SECONDS": str(config.events_visibility_seconds),
                "ARIIA_CONFIGURATION_SET": config.prefix,
            },
        )
        self._data.allow(function)
        for queue in messaging.channels.values():
            queue.grant(function, "sqs:SendMessage")
        self._allow_resolving(function)
        allow_account_reading(function)
        return function

    def _tend_messages(self) -> PythonFunction:
        data, messaging, config = self._data, self._messaging, self._config
        function = PythonFunction(
            self._workshop,
            "tend_messages",
            timeout_seconds=60,
            memory_mb=512,
            environment={
                **self.revisits.environment,
                "ARIIA_EMAIL_QUEUE_URL": messaging.channels["email"].queue_url,
                "ARIIA_EVENTS_QUEUE_URL": messaging.events.queue_url,
                "ARIIA_EVENTS_DLQ_URL": messaging.events.dead_letters.queue_url,
                "ARIIA_GRACE_SECONDS": str(config.grace_seconds),
                "ARIIA_EVENTS_VISIBILITY_SECONDS": str(config.events_visibility_seconds),
                "ARIIA_CONFIGURATION_SET": config.prefix,
            },
        )
        self.revisits.catch(function)
        self.revisits.allow_arranging(function, and_taking_back=True)
        data.allow(function)
        messaging.channels["email"].grant(function, "sqs:SendMessage")
        self._allow_resolving(function)
        allow_account_reading(function)
        return function

    def _allow_resolving(self, function: PythonFunction) -> None:
        """What telling the provider's silence from a late event takes."""
        events = self._messaging.events
        events.grant(function, "sqs:GetQueueAttributes")
        events.dead_letters.grant(function, "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
        # A probe to the provider's mailbox simulator proves that events still arrive.
        allow_probing(function, self._messaging.email_events)

    def _send_batch(self, channel: str) -> PythonFunction:
        data, messaging = self._data, self._messaging
        environment = {
            "ARIIA_SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
            "ARIIA_PUBLIC_BASE_URL": messaging.gateway.base_url,
            "ARIIA_CONFIGURATION_SET": self._config.prefix,
        }
        function = ChannelSender(self._workshop, channel, messaging.channels[channel], environment)
        self._data.allow(function)
        data.allow_signing(function)
        allow_sending(function, messaging.email_events)
        return function

    def _record_events(self) -> PythonFunction:
        events = self._messaging.events
        function = PythonFunction(
            self._workshop,
            "record_events",
            timeout_seconds=EVENTS_TIMEOUT_SECONDS,
            memory_mb=512,
            environment={
                "ARIIA_EVENTS_TOPIC_ARN": self._messaging.email_events.topic.topic_arn,
                "ARIIA_EVENTS_DLQ_URL": events.dead_letters.queue_url,
                "ARIIA_QUIET_SECONDS": str(self._config.erasure_quiet_seconds),
            },
        )
        concurrency = self._config.events_concurrency
        work_off(events, function, batch_size=500, window_seconds=1, concurrency=concurrency)
        # An event that can't be read is put aside at once.
        events.dead_letters.grant(function, "sqs:SendMessage")
        self._data.allow(function)
        return function

    def _aggregate_stats(self) -> PythonFunction:
        dead_letters, config = self._messaging.dead_letters, self._config
        environment = {"ARIIA_STREAM_DLQ_URL": dead_letters.queue_url}
        if config.laptop:
            environment["ARIIA_STREAM_SHARD"] = LAPTOP_STREAM_SHARD
        function = PythonFunction(
            self._workshop, "aggregate_stats", timeout_seconds=60, memory_mb=512, environment=environment
        )
        window = config.tumbling_window_seconds
        function.add_event_source(
            DynamoEventSource(
                self._data.ledger_stream(),
                starting_position=StartingPosition.TRIM_HORIZON,
                batch_size=1000,
                parallelization_factor=1,
                tumbling_window=Duration.seconds(window) if window else None,
                # Only what the handler could not get past for a whole day comes here this way.
                on_failure=SqsDlq(dead_letters),
            )
        )
        self._data.allow(function)
        dead_letters.grant(function, "sqs:SendMessage")
        accept(function.role or function, {"IAM5[Resource::*]": "ListStreams knows no resources; X-Ray neither."})
        return function

    def _recount_statistics(self) -> PythonFunction:
        function = PythonFunction(
            self._workshop,
            RECOUNT_STATISTICS,
            timeout_seconds=300,
            # A whole processor, as reading and counting rows is nothing but work for it.
            memory_mb=1792,
            environment={"ARIIA_REST_SECONDS": str(self._config.recount_rest_seconds)},
        )
        catch(function, self._messaging.dead_letters)
        self._data.allow(function)
        return function

    def _count_audience(self) -> PythonFunction:
        own_arn = arn_by_name(self, self._config, COUNT_AUDIENCE)
        function = PythonFunction(
            self._workshop,
            COUNT_AUDIENCE,
            timeout_seconds=120,
            memory_mb=1024,
            environment={"ARIIA_COUNT_AUDIENCE_ARN": own_arn},
        )
        catch(function, self._messaging.dead_letters)
        # What one invocation has no time for goes on in the next. Lambda ends such a chain after about 16, half an hour
        # that no count comes near to and a fault would not get over.
        allow_invoking(function, own_arn)
        self._data.allow(function)
        return function
