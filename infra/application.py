"""The five stacks of one stage, the last where it has something to watch. Nothing else is in the app."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.config import StageConfig
from infra.stacks.api import ApiStack
from infra.stacks.automation import AutomationStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.monitoring import MonitoringStack


@dataclass(frozen=True)
class Stacks:
    """In the order in which they depend on each other."""

    data: DataStack
    messaging: MessagingStack
    automation: AutomationStack
    api: ApiStack
    monitoring: MonitoringStack | None


def build(app: App, config: StageConfig) -> Stacks:
    """Adds the stage's stacks to `app`; its synthesis fails on any finding of cdk-nag that is not accepted."""
    data = DataStack(app, config)
    messaging = MessagingStack(app, config, data)
    automation = AutomationStack(app, config, data, messaging)
    api = ApiStack(app, config, data, messaging, automation)
    monitoring = None
    # CloudFormation takes no stack without resources.
    if config.alarms or config.dashboard:
        monitoring = MonitoringStack(app, config, messaging, automation, api)
    Tags.of(app).add("application", "ariia")
    Tags.of(app).add("stage", config.stage)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return Stacks(data, messaging, automation, api, monitoring)
