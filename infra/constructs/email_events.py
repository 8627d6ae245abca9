"""How SES tells what became of each e-mail: configuration sets ► topic ► queue."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk.aws_sns_subscriptions import SqsSubscription
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.queue_worker import WorkQueue

DELIVERY_EVENTS = (
    ses.EmailSendingEvent.SEND,
    ses.EmailSendingEvent.REJECT,
    ses.EmailSendingEvent.BOUNCE,
    ses.EmailSendingEvent.COMPLAINT,
    ses.EmailSendingEvent.DELIVERY,
    ses.EmailSendingEvent.DELIVERY_DELAY,
    ses.EmailSendingEvent.RENDERING_FAILURE,
)
# SES rewrites links and adds its pixel exactly when somebody listens to these. By name of the configuration set.
TRACKING_EVENTS: dict[str, tuple[ses.EmailSendingEvent, ...]] = {
    "tracked": (ses.EmailSendingEvent.OPEN, ses.EmailSendingEvent.CLICK),
    "opens": (ses.EmailSendingEvent.OPEN,),
    "clicks": (ses.EmailSendingEvent.CLICK,),
    "untracked": (),
}


class EmailEvents(Construct):
    """By way of SNS: SES delivers to EventBridge on a best-effort basis only."""

    def __init__(self, scope: Construct, config: StageConfig, queue: WorkQueue) -> None:
        super().__init__(scope, "EmailEvents")
        self._config = config
        self.topic = sns.Topic(self, "Topic", topic_name=f"{config.prefix}-email-events", enforce_ssl=True)
        # The envelope stays on: record_events checks which topic a message came from.
        self.topic.add_subscription(SqsSubscription(queue, raw_message_delivery=False))
        for kind, tracking in TRACKING_EVENTS.items():
            self._configuration_set(kind, (*DELIVERY_EVENTS, *tracking))

    def arns(self) -> list[str]:
        """Of the configuration sets, for the policies of those who send."""
        return [self.arn(kind) for kind in TRACKING_EVENTS]

    def arn(self, kind: str) -> str:
        """Of the configuration set that tracks `kind`."""
        return Stack.of(self).format_arn(service="ses", resource="configuration-set", resource_name=self._name(kind))

    def _name(self, kind: str) -> str:
        return f"{self._config.prefix}-{kind}"

    def _configuration_set(self, kind: str, events: tuple[ses.EmailSendingEvent, ...]) -> None:
        configuration_set = ses.ConfigurationSet(
            self,
            kind.title(),
            configuration_set_name=self._name(kind),
            reputation_metrics=True,
            # A suppression is the tenant's own: the account's list would let one tenant's bounce silence another's.
            disable_suppression_list=True,
        )
        # CDK lets SES publish for this set of this account alone.
        configuration_set.add_event_destination(
            "Events", destination=ses.EventDestination.sns_topic(self.topic), events=list(events)
        )
