"""The API's services around single messages: follow-ups, the events that cancel them, test sends, confirmations."""

from __future__ import annotations

from typing import Any

from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.dynamodb.events import DynamoEvents
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.adapters.senders.ses import ses_client
from ariia.domain.channel import Channel
from ariia.services.asking_again import AskingAgain
from ariia.services.campaign_contents import CampaignContents
from ariia.services.campaigns import Campaigns
from ariia.services.confirmation_care import ConfirmationCare
from ariia.services.confirmation_limits import ConfirmationLimits
from ariia.services.content_checks import ContentChecks
from ariia.services.follow_up_content import FollowUpContents
from ariia.services.follow_up_ending import FollowUpEnding
from ariia.services.follow_ups import FollowUps
from ariia.services.member_consent import MemberConsent
from ariia.services.member_events import MemberEvents
from ariia.services.quotas import Quotas
from ariia.services.sender_domains import SenderDomains
from ariia.services.single_care import SingleCare
from ariia.services.stop_words import StopWords
from ariia.services.test_sends import TestSends
from ariia.settings import ApiSettings

from .double_opt_in import double_opt_in, single_schedules
from .single_messages import single_messages

_READ_TIMEOUT_SECONDS = 5


def follow_up_services(
    settings: ApiSettings,
    contents: CampaignContents,
    senders: SenderDomains,
    checks: ContentChecks,
    quotas: Quotas,
    channels: frozenset[Channel],
) -> dict[str, Any]:
    """By their names among the API's services."""
    clock = SystemClock()
    ids, members, tenants, store = RandomIds(clock), DynamoMembers(settings.shards), DynamoTenants(), DynamoFollowUps()
    schedules = single_schedules(settings)
    singles = single_messages(
        dynamodb_client(),
        ses_client(_READ_TIMEOUT_SECONDS),
        clock,
        table_prefix=settings.table_prefix,
        shards=settings.shards,
        email_queue_url=settings.email_queue_url,
    )
    ending = FollowUpEnding(store, schedules, singles, quotas, clock)
    written = FollowUpContents(senders, checks)
    stop_words = StopWords(members, MemberConsent(members, double_opt_in(settings), clock))
    care, campaigns, jobs = SingleCare(schedules, clock), Campaigns(DynamoCampaigns()), DynamoJobs()
    limits, asking = ConfirmationLimits(jobs, clock), ConfirmationCare(schedules, clock)
    return {
        "follow_ups": FollowUps(
            store, schedules, singles, written, ending, members, tenants, quotas, clock, ids, channels
        ),
        "member_events": MemberEvents(DynamoEvents(), store, ending, members, stop_words, clock, ids),
        "test_sends": TestSends(campaigns, contents, singles, care, members, jobs, clock, ids),
        "asking_again": AskingAgain(members, tenants, senders, limits, asking, clock, ids),
    }
