"""The account that all tenants share: what its quota does not allow waits, and who harms its reputation is stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from infra.local.providers.client import SimulatorClient
from infra.local.stack import PREFIX, LaptopStack
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

Behaviour = Callable[..., AbstractContextManager[None]]
_FITS, _MEMBERS = 20, 60
# One in eight bounces, and the provider takes its time: it comes out while there is still much to send.
_BOUNCES, _MAILED = 8, 400
_SLOW = {"response_delay_milliseconds": 2_000}


def _a_minute_passes(laptop: LaptopStack) -> None:
    """The account is asked for its limits once a minute: what is known of them is too old now."""
    laptop.client("dynamodb").update_item(
        TableName=f"{PREFIX}-send-rates", Key={"channel": {"S": "email"}}, UpdateExpression="REMOVE account_rate"
    )


def test_a_domain_is_added_although_the_provider_takes_one_such_call_a_second(
    tenant: Tenant, provider_that: Behaviour
) -> None:
    with provider_that(control_rate=1):
        added = tenant.answer("POST", "/v1/senders", "admin", {"domain": f"other.{tenant.domain}"})
        assert (added.status, len(added.body["dns_records"])) == (201, 6), added.text


def test_a_campaign_over_the_quota_is_parked_and_goes_on_by_itself(
    tenant: Tenant, laptop: LaptopStack, provider: SimulatorClient, provider_that: Behaviour
) -> None:
    tenant.has_people(_MEMBERS)
    campaign, used = tenant.drafts(), provider.settings()["sent_last_24_hours"]
    with provider_that(daily_quota=used + _FITS):
        _a_minute_passes(laptop)
        preflight = campaign.act("preflight", "editor")
    assert preflight["duration"]["days"][0]["messages"] == _FITS
    assert preflight["duration"]["in_words"].startswith(f"{_FITS} today from ")
    assert preflight["summary"]["may_be_sent"] is True
    with provider_that(daily_quota=200, sent_last_24_hours=200):
        _a_minute_passes(laptop)
        campaign.sends()
        parked = eventually(lambda: campaign.read()["parked"], "the campaign is parked")
        assert "24-hour quota" in parked["reason"]
        assert parked["until"] > parked["since"]
        stats = campaign.until(lambda one: one["targeted"] == _MEMBERS, "all are planned")
        assert (stats["status"], stats["pending"], campaign.messages()) == ("sending", _MEMBERS, [])
    _a_minute_passes(laptop)
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": _MEMBERS}
    assert campaign.read()["parked"] is None


def test_a_campaign_that_bounces_pauses_itself_and_an_admin_resumes_it_with_a_reason(
    tenant: Tenant, provider_that: Behaviour
) -> None:
    tenant.has_members(
        {"id": f"m{n:04d}", "email": f"{'p' if n % _BOUNCES else 'bounce+'}{n}@{tenant.id}-members.example"}
        for n in range(_MAILED)
    )
    with provider_that(**_SLOW):
        campaign = tenant.drafts().sends()
        eventually(lambda: campaign.read()["paused_at"], "the campaign pauses itself", every=0.5)
    paused = campaign.read()
    assert (paused["status"], paused["pause_cause"]) == ("paused", "reputation")
    assert "hard bounces" in paused["pause_reason"]
    assert len(campaign.messages()) < _MAILED
    resume = f"{campaign.path}/resume"
    assert tenant.answer("POST", resume, "approver", {"reason": "The list was cleaned"}).status == 403
    without = tenant.answer("POST", resume, "admin", {"reason": " "})
    assert (without.status, without.fields) == (422, {"reason"})
    campaign.act("resume", "admin", {"reason": "The list was cleaned"})
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": _MAILED * (_BOUNCES - 1) // _BOUNCES, "bounced": _MAILED // _BOUNCES}
    history = {one["action"]: one["reason"] for one in tenant.api.get(f"{campaign.path}/history")["items"]}
    assert (history["pause"], history["allow"]) == (paused["pause_reason"], "The list was cleaned")


def test_a_sandbox_is_told_at_submit_and_pauses_what_goes_out_all_the_same(
    tenant: Tenant, laptop: LaptopStack, provider: SimulatorClient, provider_that: Behaviour
) -> None:
    tenant.has_people(3)
    campaign = tenant.drafts()
    with provider_that(sandbox=True, verified_domains=[]):
        _a_minute_passes(laptop)
        refused = tenant.answer("POST", f"{campaign.path}/submit", "editor", {})
        assert (refused.status, refused.body["despite"]) == (409, ["sandbox"]), refused
        campaign.sends("sandbox")
        eventually(lambda: campaign.read()["status"] == "paused", "it pauses itself", every=0.5)
        campaign.until(lambda stats: stats["pending"] == 3, "nobody failed")
    _a_minute_passes(laptop)
    assert campaign.read()["pause_cause"] == "sandbox"
    mended = ["edit", "resume", "cancel"]
    eventually(lambda: tenant.api.get(campaign.path, "admin")["actions"] == mended, "it came to rest, nothing out")
    assert campaign.messages() == []
    campaign.act("resume", "admin")
    campaign.ends().agrees()
    assert campaign.statuses() == {"delivered": 3}


def test_a_campaign_that_comes_to_nothing_reads_failed_is_mended_and_sent(
    tenant: Tenant, provider_that: Behaviour
) -> None:
    tenant.has_people(3)
    with provider_that(error_mode="message_rejected"):
        campaign = tenant.drafts().sends()
        eventually(lambda: campaign.read()["status"] == "paused", "it pauses itself", every=0.5)
        assert campaign.read()["pause_cause"] == "content"
        campaign.act("resume", "admin")
        campaign.ends(as_what="failed")
        assert campaign.statuses() == {"failed": 3}
    failed = campaign.read()
    assert tenant.api.get("/v1/usage")["features"][0]["used"] == 0, "its unit of the plan came back"
    change = {"content_subject": "Without the virus", "version": failed["version"]}
    assert tenant.api.call("PATCH", campaign.path, "editor", change)["status"] == "draft"
    campaign.sends().ends().agrees()
    assert campaign.statuses() == {"delivered": 3}
    assert tenant.answer("POST", f"{campaign.path}/retry", "approver", {}).status == 409, "nothing is left to retry"
