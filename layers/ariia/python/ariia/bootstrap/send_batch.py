"""What send_batch is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ariia.adapters.aws.secrets import SecretsManagerSigningKeys, secrets_client
from ariia.adapters.aws.send_queue import SqsReturns, sqs_client
from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.campaigns.late_campaigns import LateCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.ledger.send_reader import DynamoSendReader
from ariia.adapters.dynamodb.members.recent_sends import DynamoRecentSends
from ariia.adapters.email.ses import CONNECT_TIMEOUT_SECONDS, SesSender, ses_calls
from ariia.adapters.rendering.render_deadline import render_deadline
from ariia.domain.channel import Channel
from ariia.domain.sending.message import MessageLinks
from ariia.ports.clock import Clock
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.sending.batches import BatchSender, SendPolicy
from ariia.services.sending.claims import ClaimSender
from ariia.services.sending.composing import MessageComposer
from ariia.services.sending.eligibility import EligibilityCheck
from ariia.settings import SendBatchSettings

# Rendering and signing of 50 messages plus the outcome write.
_MARGIN_MS = 6_000
_RENDER_CPU_SECONDS, _RENDER_WALL_SECONDS = 4.0, 5.0


@dataclass(frozen=True)
class SendBatchServices:
    """The sender, and the way back into the queue."""

    sender: BatchSender
    returns: SqsReturns
    clock: Clock


def build(settings: SendBatchSettings) -> SendBatchServices:
    """The services on AWS. The signing key is read here, once: every message needs it."""
    client, clock, channel = dynamodb_client(), SystemClock(), Channel(settings.channel)
    table = {name: names.physical(settings.table_prefix, name) for name in names.ALL}
    ledger = DynamoLedger(client, table[names.LEDGER])
    reader = DynamoSendReader(
        client,
        campaigns=table[names.CAMPAIGNS],
        parts=table[names.CAMPAIGN_PARTS],
        members=table[names.MEMBERS],
        addresses=table[names.ADDRESSES],
    )
    key = SecretsManagerSigningKeys(secrets_client(), settings.signing_secret_arn).key()
    composer = MessageComposer(
        channel,
        MessageLinks(settings.public_base_url, key),
        settings.configuration_set,
        time_limit=partial(render_deadline, _RENDER_CPU_SECONDS, _RENDER_WALL_SECONDS),
    )
    needed_ms = (settings.provider_read_timeout_seconds + CONNECT_TIMEOUT_SECONDS) * 1000 + _MARGIN_MS
    provider = SesSender(ses_calls(settings.provider_read_timeout_seconds))
    look = EligibilityCheck(channel, DynamoRecentSends(client, table[names.MEMBERS], settings.shards), clock)
    sender = BatchSender(
        channel=channel,
        ledger=ledger,
        reader=reader,
        rates=DynamoSendRates(client, table[names.SEND_RATES]),
        claims=ClaimSender(ledger, reader, look, composer, provider, clock, needed_ms),
        runs=CampaignRuns(LateCampaigns(settings.table_prefix), clock),
        clock=clock,
        ids=RandomIds(clock),
        policy=SendPolicy(lease_ms=settings.lease_seconds * 1000, needed_ms=needed_ms),
    )
    return SendBatchServices(sender, SqsReturns(sqs_client()), clock)
