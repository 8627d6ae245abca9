"""What resolves unknown outcomes, in every function that does."""

from __future__ import annotations

from typing import Any

from ariia.adapters.aws.dead_events import SqsDeadEvents
from ariia.adapters.aws.send_queue import SqsBacklog, sqs_client
from ariia.adapters.dynamodb import names
from ariia.adapters.email.event_pipeline import SesEventPipeline
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Ledger
from ariia.services.release.resolving import UnknownResolver
from ariia.settings import ReleaseBatchesSettings, TendMessagesSettings


def unknown_resolver(
    client: Any,
    ses: Any,
    campaigns: CampaignStore,
    ledger: Ledger,
    clock: Clock,
    settings: ReleaseBatchesSettings | TendMessagesSettings,
) -> UnknownResolver:
    """Over the events of SES; `client` is DynamoDB's."""
    sqs = sqs_client()
    pipeline = SesEventPipeline(
        client,
        names.physical(settings.table_prefix, names.SEND_RATES),
        backlog=SqsBacklog(sqs, settings.events_queue_url),
        dead=SqsDeadEvents(sqs, settings.events_dlq_url),
        ses=ses,
        configuration_set=f"{settings.configuration_set}-tracked",
    )
    return UnknownResolver(
        campaigns,
        ledger,
        pipeline,
        clock,
        grace_ms=settings.grace_seconds * 1000,
        hidden_ms=settings.events_visibility_seconds * 1000,
    )
