"""What privacy_requests is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.uploads import S3Uploads, s3_client
from ariia.adapters.clock import SystemChance, SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.events import DynamoEvents
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.rendering.template_guard import TemplateGuard
from ariia.bootstrap.parts.engagement import engagement_store
from ariia.bootstrap.parts.revisits import revisits
from ariia.domain.revisits import RevisitKind
from ariia.ports.clock import Clock
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.campaigns import CampaignsStep, HeldStep
from ariia.services.privacy.erasure.files import ArchivesStep, RejectedLinesStep, TestSendsStep
from ariia.services.privacy.erasure.follow_ups import FollowUpsStep, StopFollowUpsStep
from ariia.services.privacy.erasure.jobs import ErasureJobs
from ariia.services.privacy.erasure.ledger import LedgerEraser
from ariia.services.privacy.erasure.records import AuditStep, EngagementStep, EventsStep, ListsStep, RowStep
from ariia.services.privacy.erasure.runs import ErasurePolicy, ErasureRuns
from ariia.services.privacy.erasure.series import SeriesStep
from ariia.services.privacy.erasure.singles import ConfirmationsStep, SingleEraser
from ariia.services.privacy.erasure.steps import ErasureStep
from ariia.services.privacy.export.jobs import ExportJobs
from ariia.services.privacy.export.member_facts import MemberFactsReader
from ariia.services.privacy.export.member_messages import MemberMessages
from ariia.services.privacy.export.runs import ExportRuns
from ariia.services.privacy.runs import PrivacyRuns, PrivacyWork
from ariia.services.release.account_rate import AccountRate
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.tenants.quotas import Quotas
from ariia.settings import PrivacyRequestsSettings


@dataclass(frozen=True)
class PrivacyRequestsServices:
    """What works on exports and erasures."""

    runs: PrivacyRuns
    clock: Clock


def build(settings: PrivacyRequestsSettings) -> PrivacyRequestsServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock = SystemClock()
    works: dict[RevisitKind, PrivacyWork] = {
        RevisitKind.EXPORT: _exports(settings, clock),
        RevisitKind.ERASURE: _erasures(settings, clock),
    }
    return PrivacyRequestsServices(PrivacyRuns(revisits(settings), works), clock)


def _ledger(settings: PrivacyRequestsSettings) -> DynamoLedger:
    return DynamoLedger(dynamodb_client(), names.physical(settings.table_prefix, names.LEDGER))


def _exports(settings: PrivacyRequestsSettings, clock: SystemClock) -> ExportRuns:
    campaigns, shards = DynamoCampaigns(), settings.shards
    facts = MemberFactsReader(
        DynamoTenants(),
        DynamoFollowUps(),
        DynamoEvents(),
        DynamoSegments(),
        DynamoSegmentLists(shards),
        DynamoAudit(),
        AskedConfirmations(DynamoJobs()),
        engagement_store(dynamodb_client(), settings.table_prefix, shards),
        shards,
    )
    return ExportRuns(
        ExportJobs(DynamoJobs(), clock),
        S3Uploads(s3_client(), settings.uploads_bucket),
        MemberMessages(campaigns, _ledger(settings), TemplateGuard()),
        facts,
        campaigns,
        DynamoMembers(shards),
        clock,
    )


def _erasures(settings: PrivacyRequestsSettings, clock: SystemClock) -> ErasureRuns:
    jobs, members, store = DynamoJobs(), DynamoMembers(settings.shards), DynamoErasures(settings.shards)
    erasures, ledger, campaigns, trail = ErasureJobs(jobs, clock), _ledger(settings), DynamoCampaigns(), DynamoAudit()
    beginning, chance = ErasureBeginning(store, members, erasures, clock), SystemChance()
    eraser, uploads = LedgerEraser(ledger, members, chance), S3Uploads(s3_client(), settings.uploads_bucket)
    follow_ups, ending = DynamoFollowUps(), _ending(settings, clock)
    singles = SingleEraser(campaigns, ledger, settings.shards)
    walk = CampaignsStep(campaigns, jobs, eraser, chance)
    sweeping: list[ErasureStep] = [
        walk,
        EventsStep(DynamoEvents()),
        ListsStep(DynamoSegments(), DynamoSegmentLists(settings.shards), settings.shards),
        ArchivesStep(ExportJobs(jobs, clock), uploads),
        RejectedLinesStep(jobs, uploads, clock),
        EngagementStep(engagement_store(dynamodb_client(), settings.table_prefix, settings.shards)),
        RowStep(members, beginning),
        AuditStep(trail, members),
        # What may have to wait for a sender comes last.
        TestSendsStep(jobs, campaigns, eraser),
        FollowUpsStep(follow_ups, ending, singles),
        ConfirmationsStep(AskedConfirmations(jobs), singles),
        HeldStep(campaigns, walk),
    ]
    policy = ErasurePolicy(settings.quiet_seconds)
    stopping: list[ErasureStep] = [StopFollowUpsStep(follow_ups, ending), SeriesStep(DynamoSeries(), chance)]
    return ErasureRuns(erasures, beginning, store, trail, stopping, sweeping, clock, policy)


def _ending(settings: PrivacyRequestsSettings, clock: SystemClock) -> FollowUpEnding:
    rates = DynamoSendRates(dynamodb_client(), names.physical(settings.table_prefix, names.SEND_RATES))
    # Nothing is queued here, only taken back: no channel needs to be known.
    singles = SingleMessages(
        DynamoCampaigns(), _ledger(settings), {}, AccountRate(rates, {}, clock), clock, settings.shards
    )
    quotas = Quotas(DynamoQuotas(), DynamoTenants(), clock)
    return FollowUpEnding(DynamoFollowUps(), singles, quotas, clock)
