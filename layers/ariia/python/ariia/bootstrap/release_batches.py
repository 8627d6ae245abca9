"""What release_batches is made of."""

from __future__ import annotations

from ariia.adapters.aws.send_queue import SqsSendQueue, sqs_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.email.ses import SesAccount, ses_client
from ariia.bootstrap.parts.resolver import unknown_resolver
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.release.budget import SendBudget
from ariia.services.release.gates import ContentGate
from ariia.services.release.lanes import LaneReleaser
from ariia.services.release.reputation_gate import ReputationGate
from ariia.services.release.round_state import ReleasePolicy
from ariia.services.release.rounds import BatchReleaser
from ariia.services.release.settling import BatchSettler
from ariia.services.tenants.quotas import Quotas
from ariia.settings import ReleaseBatchesSettings

_READ_TIMEOUT_SECONDS = 5


def build(settings: ReleaseBatchesSettings) -> BatchReleaser:
    """The releaser on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    client, clock, campaigns = dynamodb_client(), SystemClock(), DynamoCampaigns()
    sqs, ses = sqs_client(), ses_client(_READ_TIMEOUT_SECONDS)
    ledger = DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    rates = names.physical(settings.table_prefix, names.SEND_RATES)
    statistics, runs = names.physical(settings.table_prefix, names.STATISTICS), CampaignRuns(campaigns, clock)
    tenants = DynamoTenants()
    queue = SqsSendQueue(sqs, settings.email_queue_url)
    policy = ReleasePolicy(round_seconds=settings.round_seconds, requeue_seconds=settings.requeue_seconds)
    resolver = unknown_resolver(client, ses, campaigns, ledger, clock, settings)
    settler = BatchSettler(ledger, queue, resolver, clock, policy)
    return BatchReleaser(
        runs=runs,
        settler=settler,
        lanes=LaneReleaser(ledger, queue, clock),
        budget=SendBudget(DynamoSendRates(client, rates), SesAccount(ses), clock, policy),
        clock=clock,
        policy=policy,
        gates=[ReputationGate(DynamoStatistics(client, statistics), tenants, runs), ContentGate(runs, settler)],
        rules=CampaignRules(tenants, runs, clock),
        ending=RunEnding(campaigns, runs, BroadcastQuota(Quotas(DynamoQuotas(), tenants, clock))),
    )
