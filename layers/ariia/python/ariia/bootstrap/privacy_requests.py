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
from ariia.bootstrap.personal_data import PersonalDataPorts, export_sections, stopping_steps, sweeping_steps
from ariia.domain.revisits import RevisitKind
from ariia.ports.clock import Clock
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.runs import ErasurePolicy, ErasureRuns
from ariia.services.privacy.export.runs import ExportRuns
from ariia.services.privacy.jobs import ERASURES, EXPORTS, ErasureJobs, ExportJobs
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
    ports = _ports(settings)
    works: dict[RevisitKind, PrivacyWork] = {
        RevisitKind.EXPORT: _exports(ports, clock),
        RevisitKind.ERASURE: _erasures(ports, _ending(settings, clock), clock, settings.quiet_seconds),
    }
    return PrivacyRequestsServices(PrivacyRuns(revisits(settings), works), clock)


def _ledger(settings: PrivacyRequestsSettings) -> DynamoLedger:
    return DynamoLedger(dynamodb_client(), names.physical(settings.table_prefix, names.LEDGER))


def _ports(settings: PrivacyRequestsSettings) -> PersonalDataPorts:
    return PersonalDataPorts(
        members=DynamoMembers(settings.shards),
        engagement=engagement_store(dynamodb_client(), settings.table_prefix, settings.shards),
        trail=DynamoAudit(),
        segments=DynamoSegments(),
        lists=DynamoSegmentLists(settings.shards),
        campaigns=DynamoCampaigns(),
        ledger=_ledger(settings),
        series=DynamoSeries(),
        follow_ups=DynamoFollowUps(),
        events=DynamoEvents(),
        jobs=DynamoJobs(),
        uploads=S3Uploads(s3_client(), settings.uploads_bucket),
        shards=settings.shards,
    )


def _exports(ports: PersonalDataPorts, clock: Clock) -> ExportRuns:
    exports, sections = ExportJobs(ports.jobs, EXPORTS, clock), export_sections(ports, TemplateGuard())
    return ExportRuns(exports, ports.uploads, sections, ports.members, DynamoTenants(), clock)


def _erasures(ports: PersonalDataPorts, ending: FollowUpEnding, clock: Clock, quiet_seconds: int) -> ErasureRuns:
    erasures, exports = ErasureJobs(ports.jobs, ERASURES, clock), ExportJobs(ports.jobs, EXPORTS, clock)
    store, chance = DynamoErasures(ports.shards), SystemChance()
    beginning = ErasureBeginning(store, ports.members, erasures, clock)
    stopping = stopping_steps(ports, ending, chance)
    sweeping = sweeping_steps(ports, beginning, ending, exports, chance, clock)
    policy = ErasurePolicy(quiet_seconds)
    return ErasureRuns(erasures, beginning, store, ports.trail, stopping, sweeping, clock, policy)


def _ending(settings: PrivacyRequestsSettings, clock: SystemClock) -> FollowUpEnding:
    rates = DynamoSendRates(dynamodb_client(), names.physical(settings.table_prefix, names.SEND_RATES))
    # Nothing is queued here, only taken back: no channel needs to be known.
    singles = SingleMessages(
        DynamoCampaigns(), _ledger(settings), {}, AccountRate(rates, {}, clock), clock, settings.shards
    )
    quotas = Quotas(DynamoQuotas(), DynamoTenants(), clock)
    return FollowUpEnding(DynamoFollowUps(), singles, quotas, clock)
