"""What privacy_requests is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemChance, SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.events import DynamoEvents
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger import DynamoLedger
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.adapters.dynamodb.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.template_guard import TemplateGuard
from ariia.adapters.uploads import S3Uploads, s3_client
from ariia.ports.clock import Clock
from ariia.services.account_rate import AccountRate
from ariia.services.asked_confirmations import AskedConfirmations
from ariia.services.erasing_campaigns import CampaignsStep, HeldStep
from ariia.services.erasing_files import ArchivesStep, RejectedLinesStep, TestSendsStep
from ariia.services.erasing_follow_ups import FollowUpsStep, StopFollowUpsStep
from ariia.services.erasing_ledger import LedgerEraser
from ariia.services.erasing_records import AuditStep, EngagementStep, EventsStep, ListsStep, RowStep
from ariia.services.erasing_series import SeriesStep
from ariia.services.erasing_singles import ConfirmationsStep, SingleEraser
from ariia.services.erasure_beginning import ErasureBeginning
from ariia.services.erasure_jobs import ErasureJobs
from ariia.services.erasure_runs import ErasurePolicy, ErasureRuns
from ariia.services.erasure_steps import ErasureStep
from ariia.services.export_jobs import ExportJobs
from ariia.services.export_runs import ExportRuns
from ariia.services.follow_up_ending import FollowUpEnding
from ariia.services.member_facts import MemberFactsReader
from ariia.services.member_messages import MemberMessages
from ariia.services.privacy_care import PrivacyKind, PrivacyRuns, PrivacyWork
from ariia.services.quotas import Quotas
from ariia.services.single_messages import SingleMessages
from ariia.settings import PrivacyRequestsSettings

from .double_opt_in import single_schedules
from .engagement import engagement_store
from .privacy import privacy_care


@dataclass(frozen=True)
class PrivacyRequestsServices:
    """What works on exports and erasures."""

    runs: PrivacyRuns
    clock: Clock


def build(settings: PrivacyRequestsSettings) -> PrivacyRequestsServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    clock = SystemClock()
    works: dict[PrivacyKind, PrivacyWork] = {
        PrivacyKind.EXPORT: _exports(settings, clock),
        PrivacyKind.ERASURE: _erasures(settings, clock),
    }
    return PrivacyRequestsServices(PrivacyRuns(privacy_care(settings), works, clock), clock)


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
    return FollowUpEnding(DynamoFollowUps(), single_schedules(settings), singles, quotas, clock)
