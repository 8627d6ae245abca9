"""The provider throttles, fails, doubles and loses: in the end nobody has two messages and nobody is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from infra.local.providers.client import SimulatorClient
from tests.e2e.campaign import SentCampaign
from tests.e2e.tenant import Tenant
from tests.e2e.unknown_outcomes import UnknownOutcomes
from tests.e2e.waiting import eventually

Behaviour = Callable[..., AbstractContextManager[None]]
_REACTIONS = ("", "+open", "+open+click", "+botopen", "+delay")


def _has_lively_members(tenant: Tenant, count: int) -> None:
    """Members who open, click, bounce and complain."""
    special = ["bounce", "complaint", "softbounce", "reject"]
    names = special + [f"p{n}{_REACTIONS[n % len(_REACTIONS)]}" for n in range(len(special), count)]
    domain = f"{tenant.id}-members.example"
    tenant.has_members({"id": f"m{n:04d}", "email": f"{name}@{domain}"} for n, name in enumerate(names))


def _throttled(provider: SimulatorClient) -> int:
    return sum(call["outcome"] == "TooManyRequestsException" for call in provider.calls())


def test_throttled_and_transient_refusals_are_sent_later(
    tenant: Tenant, provider: SimulatorClient, provider_that: Behaviour
) -> None:
    tenant.has_people(60)
    before = _throttled(provider)
    with provider_that(throttle_rate=0.5, entry_failure_rate=0.2, entry_failure_status="TRANSIENT_FAILURE"):
        campaign = tenant.drafts().sends()
        eventually(lambda: _throttled(provider) > before and campaign.messages(), "some go, others are throttled")
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": 60}


def test_doubled_and_reordered_events_end_as_they_happened(tenant: Tenant, provider_that: Behaviour) -> None:
    _has_lively_members(tenant, 60)
    with provider_that(event_duplicate_rate=0.5, reorder_milliseconds=1_500, delay_jitter=1.0):
        campaign = tenant.drafts().sends().ends().agrees()
    before = campaign.figures()
    for message in campaign.messages():
        tenant.provider.replay(message.message_id)
    tenant.provider.wait_until_quiet()
    campaign.agrees()
    assert campaign.figures() == before
    assert (before["bounced"], before["failed"], before["complained"]) == (2, 1, 1)


@pytest.mark.timeout(400)
def test_members_whose_answer_was_lost_are_settled_by_the_events(unknown_outcomes: UnknownOutcomes) -> None:
    campaign = unknown_outcomes.proven.ends(seconds=240).agrees()
    assert campaign.statuses() == {"delivered": 48}
    assert {message.tags["attempt"] for message in campaign.messages()} == {"1"}


@pytest.mark.timeout(400)
def test_members_of_whom_nothing_is_known_wait_for_a_person(unknown_outcomes: UnknownOutcomes) -> None:
    campaign = unknown_outcomes.silent.ends(seconds=240)
    assert unknown_outcomes.unknown_of_silent > 0
    held = unknown_outcomes.unknown_of_silent
    campaign.until(lambda stats: stats["excluded_by_reason"] == {"needs_decision": held}, "they are held")
    assert campaign.statuses() == {"needs_decision": held, "sent": 48 - held}
    assert set(campaign.messages_by_member().values()) == {1}
    _a_person_decides(campaign, held)


def _a_person_decides(campaign: SentCampaign, held: int) -> None:
    """One is given up, the others are sent to again and now get it for certain."""
    given_up, *again = [one["member_id"] for one in campaign.recipients() if one["reason"] == "needs_decision"]
    told = {"member_ids": [given_up, "nobody"], "decision": "give_up", "reason": "It would come too late"}
    decided = campaign.act("decisions", "approver", told)
    assert (decided["decided"], decided["not_held"], decided["status"]) == ([given_up], ["nobody"], "sent")
    campaign.act("decisions", "approver", {"member_ids": again, "decision": "send_again"})
    campaign.ends()
    campaign.until(lambda stats: stats["delivered"] == held - 1, "those sent to again have it")
    assert campaign.statuses() == {"given_up": 1, "delivered": held - 1, "sent": 48 - held}
    assert campaign.messages_by_member()[given_up] == 1
    assert campaign.figures()["excluded_by_reason"] == {"given_up": 1}
