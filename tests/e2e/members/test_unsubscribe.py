"""Opt-outs, hard bounces and complaints hold at once, and only where they belong."""

from __future__ import annotations

from collections.abc import Callable

import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from tests.e2e.campaign import SentCampaign, headers_in
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

ONE_CLICK = "List-Unsubscribe=One-Click"
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def unsubscribe_link(provider: SimulatorClient, campaign: SentCampaign, member_id: str) -> str:
    """The link in the List-Unsubscribe header of a member's message."""
    sent = next(one for one in campaign.messages() if one.tags["member"] == member_id)
    return headers_in(provider.message(sent.message_id))["List-Unsubscribe"].strip("<>")


def _consent(tenant: Tenant, member_id: str) -> tuple[str, str]:
    consent = tenant.member(member_id)["consent"]["email"]
    return consent["status"], consent["source"]


def _suppression(tenant: Tenant, member_id: str) -> Json:
    """What is noted about the member's addresses, once anything is."""
    return eventually(lambda: tenant.member(member_id)["suppression"] or None, "the address is suppressed")


def test_opening_the_link_changes_nothing(tenant: Tenant, provider: SimulatorClient) -> None:
    tenant.has_people(1)
    campaign = tenant.drafts().sends().ends()
    link = unsubscribe_link(provider, campaign, "m0000")
    before = tenant.member("m0000")
    for method in ("HEAD", "GET", "GET"):
        answer = requests.request(method, link, timeout=30)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert tenant.member("m0000") == before
    assert campaign.figures()["unsubscribed"] == 0


def test_one_click_unsubscribes_at_once_and_the_next_campaign_leaves_them_out(
    tenant: Tenant, provider: SimulatorClient
) -> None:
    tenant.has_people(3)
    campaign = tenant.drafts().sends().ends().agrees()
    first, second = (unsubscribe_link(provider, campaign, one) for one in ("m0000", "m0001"))
    # RFC 8058 3.1: either form, no cookies, no redirect.
    answer = requests.post(first, data=ONE_CLICK, headers=_FORM, allow_redirects=False, timeout=30)
    assert (answer.status_code, _consent(tenant, "m0000")) == (200, ("denied", "one_click"))
    form = {"List-Unsubscribe": (None, "One-Click")}
    answer = requests.post(second, files=form, allow_redirects=False, timeout=30)
    assert (answer.status_code, _consent(tenant, "m0001")) == (200, ("denied", "one_click"))
    before = tenant.member("m0000")
    assert requests.post(first, data=ONE_CLICK, headers=_FORM, timeout=30).status_code == 200
    assert tenant.member("m0000") == before
    campaign.until(lambda stats: stats["unsubscribed"] == 2, "the figures know it")
    assert tenant.api.get(f"{campaign.path}/recipients/m0000")["unsubscribed_at"] is not None
    following = tenant.drafts()
    assert following.act("preflight", "editor")["counts"]["excluded"] == {"no_consent": 2}
    following.sends().ends().agrees()
    assert following.statuses() == {"delivered": 1, "no_consent": 2}


def test_a_forged_link_unsubscribes_nobody(new_tenant: Callable[[str], Tenant], provider: SimulatorClient) -> None:
    ours = new_tenant("ours")
    ours.has_people(1)
    link = unsubscribe_link(provider, ours.drafts().sends().ends(), "m0000")
    start, _, token = link.rpartition("/")
    payload, _, signature = token.partition(".")
    for forged in (f"{payload}.{signature[::-1]}", f"{payload}x.{signature}", payload, "nonsense", f"{token}x"):
        assert requests.post(f"{start}/{forged}", data=ONE_CLICK, headers=_FORM, timeout=30).status_code == 404
    # A link for looking at the message is none for unsubscribing.
    assert requests.post(f"{start.replace('/u', '/v')}/{token}", data=ONE_CLICK, timeout=30).status_code in (404, 405)
    assert requests.get(f"{start[:-2]}/v/{token}", timeout=30).status_code == 404
    assert _consent(ours, "m0000") == ("granted", "form")


def test_a_hard_bounce_and_a_complaint_suppress_the_address_for_this_tenant_only(
    new_tenant: Callable[[str], Tenant],
) -> None:
    ours, theirs = new_tenant("ours"), new_tenant("theirs")
    members = [
        {"id": "gone", "email": "bounce@both.example"},
        {"id": "angry", "email": "complaint@both.example"},
        {"id": "full", "email": "softbounce@both.example"},
        {"id": "glad", "email": "glad@both.example"},
    ]
    for one in (ours, theirs):
        one.has_members(members)
    ours.drafts().sends().ends().agrees()
    reasons = {"gone": "hard_bounce", "angry": "complaint"}
    for member_id, reason in reasons.items():
        assert _suppression(ours, member_id)["email"]["reason"] == reason
    assert ours.member("full")["suppression"] == ours.member("glad")["suppression"] == {}
    assert all(theirs.member(one["id"])["suppression"] == {} for one in members)
    second = ours.drafts().sends().ends().agrees()
    assert second.statuses() == {"suppressed": 2, "bounced": 1, "delivered": 1}
    counts = theirs.drafts().act("preflight", "editor")["counts"]
    assert (counts["matched"], counts["will_get"], counts["excluded"]) == (4, 4, {})


def test_no_bounce_is_mailed_to_the_tenant(tenant: Tenant) -> None:
    """Not even from a domain for which somebody switched that on again in SES, once it was looked at."""
    tenant.has_members([{"id": "gone", "email": "bounce@mailed.example"}])
    ses = tenant.laptop.provider_client()
    ses.put_email_identity_feedback_attributes(EmailIdentity=tenant.domain, EmailForwardingEnabled=True)
    assert tenant.api.get(f"/v1/senders/{tenant.domain}")["verified"] is True
    campaign = tenant.drafts().sends().ends()
    tenant.provider.wait_until_quiet()
    assert campaign.messages()[0].happened("Bounce")
    assert tenant.provider.feedback_mails(f"news@{tenant.domain}") == []


def test_an_out_of_office_reply_is_no_bounce(tenant: Tenant) -> None:
    """SES reports it as a bounce of type Transient and subtype General, after the delivery."""
    tenant.has_members([{"id": "away", "email": "away+autoreply@office.example"}])
    campaign = tenant.drafts().sends().ends()
    tenant.provider.wait_until_quiet()
    campaign.until(lambda stats: stats["delivered"] == 1, "the delivery is known")
    assert campaign.messages()[0].happened("Bounce")
    assert (campaign.statuses(), campaign.figures()["bounced"]) == ({"delivered": 1}, 0)
    assert tenant.member("away")["suppression"] == {}


def test_a_suppressed_address_stays_so_when_it_comes_back(tenant: Tenant) -> None:
    tenant.has_members([{"id": "gone", "email": "bounce@back.example"}])
    tenant.drafts().sends().ends()
    _suppression(tenant, "gone")
    tenant.api.call("DELETE", "/v1/members/gone", "editor")
    tenant.has_members([{"id": "back", "email": "Bounce@back.example"}])
    assert tenant.member("back")["suppression"]["email"]["reason"] == "hard_bounce"
    assert tenant.drafts().act("preflight", "editor")["counts"]["excluded"] == {"suppressed": 1}
