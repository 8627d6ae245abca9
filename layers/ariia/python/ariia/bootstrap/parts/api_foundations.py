"""What several of the API's services are made of."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.channel import Channel
from ariia.settings import ApiSettings

if TYPE_CHECKING:
    from ariia.adapters.aws.invocations import InvokedShards
    from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
    from ariia.adapters.dynamodb.jobs import DynamoJobs
    from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
    from ariia.adapters.dynamodb.members.members import DynamoMembers
    from ariia.adapters.dynamodb.segments import DynamoSegments
    from ariia.adapters.dynamodb.templates import DynamoTemplates
    from ariia.adapters.rendering.template_guard import TemplateGuard
    from ariia.services.audience.counting import AudienceCounter
    from ariia.services.audience.segment_holds import SegmentHolds
    from ariia.services.campaigns.broadcast_quota import BroadcastQuota
    from ariia.services.campaigns.contents import CampaignContents
    from ariia.services.campaigns.targets import Targets
    from ariia.services.consent.double_opt_in import DoubleOptIn
    from ariia.services.content.checks import ContentChecks
    from ariia.services.revisits import Revisits
    from ariia.services.senders.domains import SenderDomains
    from ariia.services.single_messages.waiting_room import ScheduledLifting
    from ariia.services.tenants.quotas import Quotas

SES_READ_TIMEOUT_SECONDS = 5


class ApiFoundations:
    """Each is imported and made when it is first asked for, as the services on top of it are: an environment serves
    the routes that come to it, and seldom all."""

    def __init__(self, settings: ApiSettings) -> None:
        self._settings, self._clock = settings, SystemClock()
        self._ids, self._tenant_store = RandomIds(self._clock), DynamoTenants()
        self._channels = frozenset(Channel(name.strip()) for name in settings.channels.split(","))

    @cached_property
    def quotas(self) -> Quotas:
        """What the plan allows and what is used of it; what there is of templates and segments is counted where it
        rests."""
        from ariia.adapters.dynamodb.quotas import DynamoQuotas
        from ariia.domain.tenants.plan import Feature
        from ariia.services.tenants.quotas import Existing, Quotas

        existing: dict[Feature, Existing] = {
            Feature.TEMPLATES: lambda tenant, most: [one.id for one in self._template_store.page(tenant, most, None)],
            Feature.SEGMENTS: lambda tenant, most: [one.id for one in self._segment_store.page(tenant, most, None)],
        }
        return Quotas(DynamoQuotas(), self._tenant_store, self._clock, existing)

    @cached_property
    def sender_domains(self) -> SenderDomains:
        """Domains that tenants send from."""
        from ariia.adapters.dynamodb.senders import DynamoSenders
        from ariia.adapters.email.ses import ses_control_client
        from ariia.adapters.email.ses_identities import SesIdentities
        from ariia.services.senders.domains import SenderDomains

        identities = SesIdentities(ses_control_client(SES_READ_TIMEOUT_SECONDS))
        return SenderDomains(DynamoSenders(), identities, self._lifting, self._clock)

    @property
    def _dynamodb(self) -> Any:
        return dynamodb_client()

    def _table(self, name: str) -> str:
        return names.physical(self._settings.table_prefix, name)

    @cached_property
    def _broadcasts(self) -> BroadcastQuota:
        from ariia.services.campaigns.broadcast_quota import BroadcastQuota

        return BroadcastQuota(self.quotas)

    @cached_property
    def _campaign_store(self) -> DynamoCampaigns:
        from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns

        return DynamoCampaigns()

    @cached_property
    def _checks(self) -> ContentChecks:
        from ariia.services.content.checks import ContentChecks

        return ContentChecks(self._guard)

    @cached_property
    def _guard(self) -> TemplateGuard:
        from ariia.adapters.rendering.template_guard import TemplateGuard

        return TemplateGuard()

    @cached_property
    def _contents(self) -> CampaignContents:
        from ariia.services.campaigns.contents import CampaignContents

        return CampaignContents(self._template_store, self._tenant_store, self.sender_domains, self._checks)

    @cached_property
    def _counter(self) -> AudienceCounter:
        from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
        from ariia.bootstrap.parts.engagement import engagement_store
        from ariia.services.audience.counting import AudienceCounter
        from ariia.services.audience.page_facts import PageFactsReader

        shards, lists = self._settings.shards, DynamoSegmentLists(self._settings.shards)
        engagement = engagement_store(self._dynamodb, self._settings.table_prefix, shards)
        facts = PageFactsReader(self._campaign_store, self._ledger, lists, engagement, self._clock, shards)
        return AudienceCounter(self._member_store, facts, self._clock, shards)

    @cached_property
    def _job_store(self) -> DynamoJobs:
        from ariia.adapters.dynamodb.jobs import DynamoJobs

        return DynamoJobs()

    @cached_property
    def _ledger(self) -> DynamoLedger:
        from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger

        return DynamoLedger(self._dynamodb, self._table(names.LEDGER))

    @cached_property
    def _lifting(self) -> ScheduledLifting:
        from ariia.services.single_messages.waiting_room import ScheduledLifting

        return ScheduledLifting(self._revisits, self._clock)

    @cached_property
    def _member_store(self) -> DynamoMembers:
        from ariia.adapters.dynamodb.members.members import DynamoMembers

        return DynamoMembers(self._settings.shards)

    @cached_property
    def _opt_in(self) -> DoubleOptIn:
        from ariia.bootstrap.parts.double_opt_in import double_opt_in

        return double_opt_in(self._settings)

    @cached_property
    def _shard_work(self) -> InvokedShards:
        from ariia.adapters.aws.invocations import InvokedShards, lambda_client

        return InvokedShards(lambda_client, self._settings.count_audience_arn, self._settings.job_concurrency)

    @cached_property
    def _revisits(self) -> Revisits:
        from ariia.bootstrap.parts.revisits import revisits

        return revisits(self._settings)

    @cached_property
    def _segment_holds(self) -> SegmentHolds:
        from ariia.adapters.dynamodb.series import DynamoSeries
        from ariia.services.audience.segment_holds import SegmentHolds
        from ariia.services.campaigns.segment_use import CampaignSegments
        from ariia.services.series.segment_use import SeriesSegments

        campaigns = self._campaign_store
        uses = {"campaign": CampaignSegments(campaigns), "series": SeriesSegments(DynamoSeries(), campaigns)}
        return SegmentHolds(self._job_store, uses, self._clock, self._ids)

    @cached_property
    def _segment_store(self) -> DynamoSegments:
        from ariia.adapters.dynamodb.segments import DynamoSegments

        return DynamoSegments()

    @cached_property
    def _targets(self) -> Targets:
        from ariia.services.campaigns.targets import Targets

        return Targets(self._segment_store, self._campaign_store)

    @cached_property
    def _template_store(self) -> DynamoTemplates:
        from ariia.adapters.dynamodb.templates import DynamoTemplates

        return DynamoTemplates()
