"""What tend_messages is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.email.ses import ses_client
from ariia.bootstrap.parts.resolver import unknown_resolver
from ariia.bootstrap.parts.revisits import revisits
from ariia.bootstrap.parts.single_messages import single_messages
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.confirmations.limits import ConfirmationLimits
from ariia.services.confirmations.mails import ConfirmationMails
from ariia.services.follow_ups.content import FollowUpContents
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.follow_ups.runs import FollowUpRuns
from ariia.services.senders.stored import StoredSenders
from ariia.services.single_messages.care import SingleLooks
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import LiftedLooks, WaitingRoom
from ariia.services.tenants.quotas import Quotas
from ariia.settings import TendMessagesSettings

_READ_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class TendMessagesServices:
    """Follow-ups, single messages without a record of their own, the questions of the double opt-in, and who of these
    waits for what was lifted."""

    follow_ups: FollowUpRuns
    messages: SingleLooks
    confirmations: ConfirmationMails
    lifted: LiftedLooks


def build(settings: TendMessagesSettings) -> TendMessagesServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    client, clock, campaigns = dynamodb_client(), SystemClock(), DynamoCampaigns()
    ses, tenants, store = ses_client(_READ_TIMEOUT_SECONDS), DynamoTenants(), DynamoFollowUps()
    ledger = DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    singles = single_messages(
        client,
        ses,
        clock,
        table_prefix=settings.table_prefix,
        shards=settings.shards,
        email_queue_url=settings.email_queue_url,
    )
    resolver = unknown_resolver(client, ses, campaigns, ledger, clock, settings)
    looks, quotas = revisits(settings), Quotas(DynamoQuotas(), tenants, clock)
    members, senders, jobs = DynamoMembers(settings.shards), StoredSenders(DynamoSenders()), DynamoJobs()
    room = WaitingRoom(jobs, looks)
    settler = SingleSettler(singles, campaigns, ledger, resolver, tenants, clock)
    follow_ups = FollowUpRuns(
        store,
        FollowUpEnding(store, singles, quotas, clock),
        singles,
        settler,
        FollowUpContents(senders),
        members,
        tenants,
        quotas,
        room,
        clock,
    )
    confirmations = ConfirmationMails(
        members,
        tenants,
        senders,
        singles,
        settler,
        ConfirmationLimits(jobs, clock),
        AskedConfirmations(jobs),
        room,
        clock,
    )
    messages, lifted = SingleLooks(looks, settler), LiftedLooks(room, looks, clock)
    return TendMessagesServices(follow_ups, messages, confirmations, lifted)
