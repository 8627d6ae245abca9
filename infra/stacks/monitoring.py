"""Alarms and news of failed runs, which each ask a person to do something, and a dashboard where one is wanted."""

from __future__ import annotations

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.alarm import Watch, add_alarm
from infra.constructs.dashboard import Dashboard
from infra.constructs.failed_runs import FailedRuns
from infra.stacks.api import ApiStack
from infra.stacks.automation import AutomationStack
from infra.stacks.messaging import MessagingStack
from infra.watches import (
    api_watch,
    dead_letter_watch,
    function_error_watch,
    held_campaign_watch,
    queue_age_watch,
    reputation_watch,
    statistics_lag_watch,
)


class MonitoringStack(Stack):
    """Seven alarms: what is not acted on is on the dashboard only, where the stage has one."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        messaging: MessagingStack,
        automation: AutomationStack,
        api: ApiStack,
    ) -> None:
        super().__init__(scope, f"{config.prefix}-monitoring")
        functions = [*automation.functions, *api.functions.values()]
        watches = [
            dead_letter_watch([messaging.dead_letters, messaging.events.dead_letters]),
            function_error_watch(),
            queue_age_watch([*messaging.channels.values(), messaging.events]),
            statistics_lag_watch(automation.aggregate_stats),
            held_campaign_watch(),
            reputation_watch(),
            api_watch(messaging.gateway),
        ]
        # The emulator of the laptop stage refuses alarms on metric math.
        if config.alarms:
            topic = self._alarms(config, watches)
            FailedRuns(self, config, automation.campaign_run, topic)
        if config.dashboard:
            Dashboard(self, config, watches, functions, messaging.work_queues, automation.campaign_run)

    def _alarms(self, config: StageConfig, watches: list[Watch]) -> Topic:
        topic = Topic(self, "Alarms", topic_name=f"{config.prefix}-alarms", enforce_ssl=True)
        # A topic with a policy of its own loses the default one, which lets the account's alarms publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if config.alarm_email:
            topic.add_subscription(EmailSubscription(config.alarm_email))
        for watch in watches:
            add_alarm(self, config, watch).add_alarm_action(SnsAction(topic))
        return topic
