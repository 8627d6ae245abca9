"""What the HTTP API is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ariia.adapters.campaign_runs import StepFunctionsRuns, step_functions_client
from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.ledger import DynamoLedger
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.adapters.dynamodb.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.senders import DynamoSenders
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.adapters.dynamodb.statistics import DynamoStatistics
from ariia.adapters.dynamodb.suppressions import DynamoSuppressions
from ariia.adapters.dynamodb.templates import DynamoTemplates
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.invocations import InvokedShards, lambda_client
from ariia.adapters.secrets import SecretsManagerSigningKeys, secrets_client
from ariia.adapters.senders.ses import SesAccount, ses_client
from ariia.adapters.ses_identities import SesIdentities
from ariia.adapters.template_guard import TemplateGuard
from ariia.adapters.uploads import S3Uploads, s3_client
from ariia.domain.channel import Channel
from ariia.domain.plan import Feature
from ariia.services.asking_again import AskingAgain
from ariia.services.audience_count import AudienceCounter
from ariia.services.audit_log import AuditLog
from ariia.services.broadcast_quota import BroadcastQuota
from ariia.services.campaign_contents import CampaignContents
from ariia.services.campaign_drafts import CampaignDrafts
from ariia.services.campaign_editing import CampaignEditing
from ariia.services.campaign_review import CampaignReview
from ariia.services.campaign_scheduling import CampaignScheduling
from ariia.services.campaign_sending import CampaignSending
from ariia.services.campaigns import Campaigns
from ariia.services.content_checks import ContentChecks
from ariia.services.erasures import Erasures
from ariia.services.follow_ups import FollowUps
from ariia.services.held_members import HeldMembers
from ariia.services.imports import Imports
from ariia.services.in_flight import InFlightCount
from ariia.services.member_consent import MemberConsent
from ariia.services.member_events import MemberEvents
from ariia.services.member_exports import MemberExports
from ariia.services.member_listing import MemberListing
from ariia.services.members import Members
from ariia.services.page_facts import PageFactsReader
from ariia.services.preflight import Preflights
from ariia.services.quotas import Existing, Quotas
from ariia.services.recipients import Recipients
from ariia.services.segment_counts import SegmentCounts
from ariia.services.segment_freezing import SegmentFreezing
from ariia.services.segment_members import SegmentMembers
from ariia.services.segments import Segments
from ariia.services.send_outlook import SendOutlook
from ariia.services.sender_domains import SenderDomains
from ariia.services.series import SeriesDirectory
from ariia.services.series_editing import SeriesEditing
from ariia.services.series_review import SeriesReview
from ariia.services.series_stopping import SeriesStopping
from ariia.services.statistics import CampaignStatistics
from ariia.services.suppressions import Suppressions
from ariia.services.targets import Targets
from ariia.services.templates import Templates
from ariia.services.tenants import KnownTenants, Tenants
from ariia.services.test_sends import TestSends
from ariia.services.thumbnails import Thumbnails
from ariia.settings import ApiSettings

from .api_series import series_services
from .double_opt_in import double_opt_in
from .engagement import engagement_store
from .follow_ups import follow_up_services
from .privacy import privacy_services
from .series import campaign_schedules

_SES_READ_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class ApiServices:
    """The services behind the routes."""

    campaigns: Campaigns
    campaign_editing: CampaignEditing
    campaign_review: CampaignReview
    campaign_sending: CampaignSending
    campaign_scheduling: CampaignScheduling
    series: SeriesDirectory
    series_editing: SeriesEditing
    series_review: SeriesReview
    series_stopping: SeriesStopping
    statistics: CampaignStatistics
    templates: Templates
    thumbnails: Thumbnails
    recipients: Recipients
    held_members: HeldMembers
    preflights: Preflights
    segments: Segments
    segment_members: SegmentMembers
    segment_counts: SegmentCounts
    segment_freezing: SegmentFreezing
    sender_domains: SenderDomains
    tenants: Tenants
    known_tenants: KnownTenants
    members: Members
    member_consent: MemberConsent
    member_listing: MemberListing
    imports: Imports
    follow_ups: FollowUps
    member_events: MemberEvents
    test_sends: TestSends
    asking_again: AskingAgain
    quotas: Quotas
    suppressions: Suppressions
    audit: AuditLog
    member_exports: MemberExports
    erasures: Erasures


def build(settings: ApiSettings) -> ApiServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    client, clock = dynamodb_client(), SystemClock()
    ids = RandomIds(clock)
    members, jobs = DynamoMembers(settings.shards), DynamoJobs()
    campaigns, templates, tenants = DynamoCampaigns(), DynamoTemplates(), DynamoTenants()
    ledger = DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    statistics = DynamoStatistics(client, names.physical(settings.table_prefix, names.STATISTICS))
    segments = DynamoSegments()
    quotas = Quotas(DynamoQuotas(), tenants, clock, _existing(templates, segments))
    broadcasts = BroadcastQuota(quotas)
    senders = SenderDomains(DynamoSenders(), SesIdentities(ses_client(_SES_READ_TIMEOUT_SECONDS)), clock)
    targets = Targets(segments, campaigns)
    engagement = engagement_store(client, settings.table_prefix, settings.shards)
    lists = DynamoSegmentLists(settings.shards)
    facts = PageFactsReader(campaigns, ledger, lists, engagement, clock, settings.shards)
    counter = AudienceCounter(members, facts, clock, settings.shards)
    checks = ContentChecks(TemplateGuard())
    keys = SecretsManagerSigningKeys(secrets_client(), settings.signing_secret_arn)
    contents = CampaignContents(templates, tenants, senders, checks)
    runs = StepFunctionsRuns(step_functions_client(), settings.campaign_run_arn)
    opt_in = double_opt_in(settings)
    channels = frozenset(Channel(name.strip()) for name in settings.channels.split(","))
    return ApiServices(
        campaigns=Campaigns(campaigns),
        **_campaigns(settings, contents, targets, broadcasts, runs, ledger, channels),
        statistics=CampaignStatistics(statistics),
        templates=Templates(templates, tenants, checks, clock, ids, channels, quotas),
        thumbnails=Thumbnails(keys, templates, tenants, settings.public_base_url),
        recipients=Recipients(campaigns, ledger),
        held_members=HeldMembers(campaigns, ledger, runs, clock),
        preflights=_preflights(settings, client, contents, targets, counter, jobs, broadcasts),
        **_segments(
            settings, Segments(segments, campaigns, DynamoSeries(), quotas, clock, ids), counter, members, jobs
        ),
        sender_domains=senders,
        tenants=Tenants(tenants, senders, clock),
        known_tenants=KnownTenants(tenants),
        members=Members(members, jobs, opt_in, clock, ids),
        member_consent=MemberConsent(members, opt_in, clock),
        member_listing=MemberListing(members, settings.shards),
        imports=Imports(jobs, S3Uploads(s3_client(), settings.uploads_bucket), opt_in, clock, ids),
        **follow_up_services(settings, contents, senders, checks, quotas, channels),
        quotas=quotas,
        suppressions=Suppressions(DynamoSuppressions(settings.shards), members, clock),
        audit=AuditLog(DynamoAudit(), tenants, clock),
        **privacy_services(settings),
    )


def _campaigns(
    settings: ApiSettings,
    contents: CampaignContents,
    targets: Targets,
    broadcasts: BroadcastQuota,
    runs: StepFunctionsRuns,
    ledger: DynamoLedger,
    channels: frozenset[Channel],
) -> dict[str, Any]:
    """Everything that makes and moves campaigns, by its name among the services."""
    store, clock = DynamoCampaigns(), SystemClock()
    drafts, schedules = CampaignDrafts(contents, targets, channels), campaign_schedules(settings)
    sending = CampaignSending(store, runs, contents, targets, InFlightCount(ledger), clock, broadcasts)
    scheduling = CampaignScheduling(store, schedules, contents, targets, broadcasts, clock)
    return {
        "campaign_editing": CampaignEditing(store, drafts, clock, RandomIds(clock), broadcasts),
        "campaign_review": CampaignReview(store, contents, targets, clock),
        "campaign_sending": sending,
        "campaign_scheduling": scheduling,
        **series_services(settings, contents, targets, drafts, broadcasts, scheduling, sending),
    }


def _shard_work(settings: ApiSettings) -> InvokedShards:
    return InvokedShards(lambda_client, settings.count_audience_arn, settings.job_concurrency)


def _segments(
    settings: ApiSettings, segments: Segments, counter: AudienceCounter, members: DynamoMembers, jobs: DynamoJobs
) -> dict[str, Any]:
    """Everything around segments, by its name among the services."""
    clock, lists = SystemClock(), DynamoSegmentLists(settings.shards)
    work, ids, shards = _shard_work(settings), RandomIds(clock), settings.shards
    return {
        "segments": segments,
        "segment_members": SegmentMembers(segments, lists, members, work, shards),
        "segment_counts": SegmentCounts(segments, counter, members, jobs, work, clock, ids, shards),
        "segment_freezing": SegmentFreezing(segments, jobs, work, clock, ids, shards),
    }


def _preflights(
    settings: ApiSettings,
    client: Any,
    contents: CampaignContents,
    targets: Targets,
    counter: AudienceCounter,
    jobs: DynamoJobs,
    broadcasts: BroadcastQuota,
) -> Preflights:
    clock = SystemClock()
    return Preflights(
        campaigns=Campaigns(DynamoCampaigns()),
        contents=contents,
        counter=counter,
        targets=targets,
        jobs=jobs,
        work=_shard_work(settings),
        outlook=SendOutlook(
            broadcasts,
            DynamoSendRates(client, names.physical(settings.table_prefix, names.SEND_RATES)),
            SesAccount(ses_client(_SES_READ_TIMEOUT_SECONDS)),
            clock,
            settings.ses_usd_per_1000,
        ),
        clock=clock,
        ids=RandomIds(clock),
        shards=settings.shards,
    )


def _existing(templates: DynamoTemplates, segments: DynamoSegments) -> dict[Feature, Existing]:
    """What there is of it is counted where it rests."""
    return {
        Feature.TEMPLATES: lambda tenant, most: [one.id for one in templates.page(tenant, most, None)],
        Feature.SEGMENTS: lambda tenant, most: [one.id for one in segments.page(tenant, most, None)],
    }
