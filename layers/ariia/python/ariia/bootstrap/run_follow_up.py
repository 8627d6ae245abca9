"""What run_follow_up is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger import DynamoLedger
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.senders.ses import ses_client
from ariia.services.asked_confirmations import AskedConfirmations
from ariia.services.confirmation_care import ConfirmationCare
from ariia.services.confirmation_limits import ConfirmationLimits
from ariia.services.confirmation_mails import ConfirmationMails
from ariia.services.follow_up_content import FollowUpContents
from ariia.services.follow_up_ending import FollowUpEnding
from ariia.services.follow_up_runs import FollowUpRuns
from ariia.services.quotas import Quotas
from ariia.services.single_care import SingleCare, SingleLooks
from ariia.services.single_settling import SingleSettler
from ariia.services.stored_senders import StoredSenders
from ariia.services.waiting_room import LiftedLooks, WaitingRoom
from ariia.settings import RunFollowUpSettings

from .double_opt_in import single_schedules
from .resolver import unknown_resolver
from .single_messages import single_messages

_READ_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class RunFollowUpServices:
    """Follow-ups, single messages without a record of their own, the questions of the double opt-in, and who of these
    waits for what was lifted."""

    follow_ups: FollowUpRuns
    looks: SingleLooks
    confirmations: ConfirmationMails
    lifted: LiftedLooks


def build(settings: RunFollowUpSettings) -> RunFollowUpServices:
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
    schedules, quotas = single_schedules(settings), Quotas(DynamoQuotas(), tenants, clock)
    members, senders, jobs = DynamoMembers(settings.shards), StoredSenders(DynamoSenders()), DynamoJobs()
    room = WaitingRoom(jobs)
    settler = SingleSettler(singles, campaigns, ledger, resolver, tenants, clock)
    follow_ups = FollowUpRuns(
        store,
        schedules,
        FollowUpEnding(store, schedules, singles, quotas, clock),
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
        ConfirmationCare(schedules, clock),
        room,
        clock,
    )
    looks, lifted = SingleLooks(SingleCare(schedules, clock), settler), LiftedLooks(room, schedules, clock)
    return RunFollowUpServices(follow_ups, looks, confirmations, lifted)
