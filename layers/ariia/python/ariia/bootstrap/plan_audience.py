"""What plan_audience is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models, names
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.ledger.ledger import DynamoLedger
from ariia.adapters.dynamodb.ledger.send_rates import DynamoSendRates
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.adapters.dynamodb.quotas import DynamoQuotas
from ariia.adapters.dynamodb.segment_lists import DynamoSegmentLists
from ariia.adapters.dynamodb.segments import DynamoSegments
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.bootstrap.parts.engagement import engagement_store
from ariia.ports.clock import Clock
from ariia.services.audience.page_facts import PageFactsReader
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.firing import CampaignFiring
from ariia.services.campaigns.rules import CampaignRules
from ariia.services.campaigns.run_ending import RunEnding
from ariia.services.campaigns.runs import CampaignRuns
from ariia.services.campaigns.targets import Targets
from ariia.services.planning.planning import AudiencePlanner
from ariia.services.tenants.quotas import Quotas
from ariia.settings import PlanAudienceSettings


@dataclass(frozen=True)
class PlanAudienceServices:
    """The planner, what comes before it for a scheduled campaign, and the bounds of one call."""

    planner: AudiencePlanner
    firing: CampaignFiring
    runs: CampaignRuns
    clock: Clock
    plan_seconds: int


def build(settings: PlanAudienceSettings) -> PlanAudienceServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    client, clock, campaigns = dynamodb_client(), SystemClock(), DynamoCampaigns()
    runs = CampaignRuns(campaigns, clock)
    ledger = DynamoLedger(client, names.physical(settings.table_prefix, names.LEDGER))
    tenants = DynamoTenants()
    broadcasts = BroadcastQuota(Quotas(DynamoQuotas(), tenants, clock))
    planner = AudiencePlanner(
        campaigns=campaigns,
        members=DynamoMembers(settings.shards),
        ledger=ledger,
        rates=DynamoSendRates(client, names.physical(settings.table_prefix, names.SEND_RATES)),
        runs=runs,
        clock=clock,
        shards=settings.shards,
        targets=Targets(DynamoSegments(), campaigns),
        facts=PageFactsReader(
            campaigns,
            ledger,
            DynamoSegmentLists(settings.shards),
            engagement_store(client, settings.table_prefix, settings.shards),
            clock,
            settings.shards,
        ),
        broadcasts=broadcasts,
        rules=CampaignRules(tenants, runs, clock),
        ending=RunEnding(campaigns, runs, broadcasts),
    )
    firing = CampaignFiring(campaigns, broadcasts, clock)
    return PlanAudienceServices(planner, firing, runs, clock, settings.plan_seconds)
