"""Stopping a campaign in the middle: what was answered holds, and nobody is lost or reached twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from infra.local.demo.api import Json
from infra.local.providers.client import SentMessage
from tests.e2e.campaign import SentCampaign
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

_MEMBERS = 400
# The provider takes this long to answer a call, so that a campaign is on its way for many seconds.
_SLOW = {"response_delay_milliseconds": 1_000}
# How old the read of campaign and members before a call to the provider may be.
_READ_AGE_SECONDS = 5

Slowly = Callable[..., AbstractContextManager[None]]


@dataclass
class Stop:
    """A campaign that was stopped in the middle of sending."""

    tenant: Tenant
    campaign: SentCampaign
    answer: Json
    answered_at: float
    before: set[str]  # ids of the messages that the provider had accepted when the answer came

    def later_messages(self) -> list[SentMessage]:
        """What the provider accepted after the answer."""
        return [one for one in self.campaign.messages() if one.message_id not in self.before]


def _stopped_by(action: str, tenant: Tenant) -> Stop:
    campaign = tenant.drafts().sends()
    eventually(lambda: len(campaign.messages()) > 0, "sending begins", every=0.05)
    answer = campaign.act(action, "approver", {"reason": "The price is wrong"})
    answered_at = time.time()
    return Stop(tenant, campaign, answer, answered_at, {one.message_id for one in campaign.messages()})


def _claims(messages: list[SentMessage]) -> set[tuple[str, str]]:
    return {(one.tags["batch"], one.tags["attempt"]) for one in messages}


def _sends_nothing_but_what_is_in_flight(stop: Stop) -> None:
    in_flight = stop.answer["in_flight"]
    assert 0 < len(stop.before) < _MEMBERS
    assert in_flight["batches"] >= 1, "a call of a second was under way"
    assert in_flight["messages"] <= 50 * in_flight["batches"]
    time.sleep(_READ_AGE_SECONDS)
    later = stop.later_messages()
    assert len(_claims(later)) <= in_flight["batches"]
    assert len(later) <= in_flight["messages"]
    calls = [call for call in stop.tenant.provider.calls() if call["at"] > _iso(stop.answered_at + _READ_AGE_SECONDS)]
    assert calls == [], "calls that began when every read from before the answer was too old"


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03d}Z"


def test_a_paused_campaign_sends_no_more_and_a_resumed_one_the_rest(tenant: Tenant, provider_that: Slowly) -> None:
    tenant.has_people(_MEMBERS)
    with provider_that(**_SLOW):
        stop = _stopped_by("pause", tenant)
        assert (stop.answer["status"], stop.answer["pause_reason"]) == ("paused", "The price is wrong")
        assert stop.answer["actions"] == ["resume", "cancel"]
        _sends_nothing_but_what_is_in_flight(stop)
    sent = len(stop.campaign.messages())
    paused = stop.campaign.until(lambda stats: stats["sent"] == sent, "what was in flight is settled")
    assert (paused["status"], paused["pending"]) == ("paused", _MEMBERS - sent)
    told = {"for": "pause", "until": None, "reason": "The price is wrong", "count": _MEMBERS - sent}
    assert stop.campaign.read()["waits"] == [told]
    listed = tenant.api.get("/v1/campaigns?status=paused")["items"]
    assert [one["id"] for one in listed] == [stop.campaign.id]
    resumed_at = time.monotonic()
    stop.campaign.act("resume", "approver")
    stop.campaign.ends().agrees()
    assert time.monotonic() - resumed_at < 40
    assert stop.campaign.statuses() == {"delivered": _MEMBERS}
    history = [one["action"] for one in tenant.api.get(f"{stop.campaign.path}/history")["items"]]
    assert history[-4:] == ["send", "pause", "resume", "finish"]


def test_pausing_twice_changes_nothing_and_only_a_paused_campaign_resumes(
    tenant: Tenant, provider_that: Slowly
) -> None:
    tenant.has_people(_MEMBERS)
    with provider_that(**_SLOW):
        campaign = tenant.drafts().sends()
        assert tenant.answer("POST", f"{campaign.path}/resume", "approver", {}).status == 409
        first = campaign.act("pause", "approver")
        assert campaign.act("pause", "approver")["paused_at"] == first["paused_at"]
        assert tenant.answer("POST", f"{campaign.path}/send", "approver", {}).status == 409
        campaign.act("cancel", "approver")


def test_a_cancelled_campaign_reads_the_rest_as_excluded(tenant: Tenant, provider_that: Slowly) -> None:
    tenant.has_people(_MEMBERS)
    with provider_that(**_SLOW):
        stop = _stopped_by("cancel", tenant)
        assert stop.answer["status"] == "cancelled"
        _sends_nothing_but_what_is_in_flight(stop)
    stop.campaign.until(lambda stats: stats["pending"] == 0, "everybody has an end")
    stop.campaign.agrees()
    sent = len(stop.campaign.messages())
    assert stop.campaign.statuses() == {"delivered": sent, "cancelled": _MEMBERS - sent}
    assert stop.campaign.figures()["excluded_by_reason"] == {"cancelled": _MEMBERS - sent}
    for action in ("send", "resume", "pause", "retry"):
        assert tenant.answer("POST", f"{stop.campaign.path}/{action}", "approver", {}).status == 409


def _has_ended(campaign: SentCampaign) -> bool:
    """Where chance has failed the whole of its first small batch it pauses: somebody who has seen that goes on."""
    stands = campaign.read()
    if stands["status"] == "paused" and stands["pause_cause"] == "content":
        campaign.act("resume", "admin")
    return bool(stands["status"] == "sent")


def test_retry_reaches_the_failed_and_nobody_else(tenant: Tenant, provider_that: Slowly) -> None:
    tenant.has_people(60)
    with provider_that(entry_failure_rate=0.4, entry_failure_status="FAILED"):
        campaign = tenant.drafts().sends()
        eventually(lambda: _has_ended(campaign), "it is sent, whoever failed", every=0.5)
        campaign.agrees()
    first = campaign.messages_by_member()
    failed = {one["member_id"] for one in campaign.recipients() if one["status"] == "failed"}
    assert failed
    assert failed == {f"m{n:04d}" for n in range(60)} - set(first)
    assert all(one["error_message"] for one in campaign.recipients() if one["status"] == "failed")
    campaign.act("retry", "approver")
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": 60}
    again = campaign.messages_by_member() - first
    assert set(again) == failed
    attempts = {one.tags["member"]: int(one.tags["attempt"]) for one in campaign.messages()}
    assert min(attempts[one] for one in failed) == 2


def test_a_suspended_account_fails_nobody_and_pauses_with_the_reason(tenant: Tenant, provider_that: Slowly) -> None:
    tenant.has_people(20)
    campaign = tenant.drafts().approved("account_suspended")
    with provider_that(error_mode="account_suspended"):
        campaign.act("send", "approver")
        eventually(lambda: campaign.read()["paused_at"], "the campaign pauses by itself")
        campaign.until(lambda stats: stats["pending"] == 20, "all are planned")
    assert "suspended" in campaign.read()["pause_reason"]
    assert campaign.messages() == []
    campaign.act("resume", "approver")
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": 20}
