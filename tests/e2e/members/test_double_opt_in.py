"""A double opt-in on the deployed stacks: from a file of members to their second yes, and to the campaign after it."""

from __future__ import annotations

import json

import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SentMessage, SimulatorClient
from tests.e2e.campaign import headers_in
from tests.e2e.tenant import CONSENT, Tenant
from tests.e2e.waiting import eventually

YES = {"confirm": "yes"}
# The schedule fires within a minute on AWS; the emulator looks every ten seconds.
_SECONDS = 90.0


def asks_everybody(tenant: Tenant) -> None:
    """The tenant chooses the double opt-in."""
    version = tenant.api.get("/v1/tenant")["version"]
    change = {"default_sender": tenant.sender, "settings": {"double_opt_in": True}, "version": version}
    assert tenant.api.call("PATCH", "/v1/tenant", "admin", change)["settings"]["double_opt_in"] is True


def questions(tenant: Tenant, provider: SimulatorClient) -> dict[str, SentMessage]:
    """The confirmations that the provider took, by member."""
    sent = [one for one in provider.messages({"tenant": tenant.id}) if one.tags["campaign"].startswith("zc-")]
    assert len({one.tags["member"] for one in sent}) == len(sent), "nobody is asked twice"
    return {one.tags["member"]: one for one in sent}


def links(provider: SimulatorClient, message: SentMessage) -> tuple[str, str]:
    """The link that confirms, and the one that unsubscribes, of a message as it arrived."""
    read = provider.message(message.message_id)
    confirm = next(word for word in read["text"].split() if "/c/" in word)
    return confirm, headers_in(read)["List-Unsubscribe"].strip("<>")


def status(tenant: Tenant, member_id: str) -> Json:
    """The member's word on e-mail."""
    return dict(tenant.member(member_id)["consent"]["email"])


def test_a_member_of_a_file_gets_mail_once_they_confirmed_and_not_before(
    tenant: Tenant, provider: SimulatorClient
) -> None:
    refused = tenant.answer("PATCH", "/v1/settings", "admin", {"double_opt_in": True, "version": 1})
    assert (refused.status, refused.fields) == (422, {"double_opt_in"})
    asks_everybody(tenant)
    people = [{"id": one, "email": f"{one}@{tenant.id}-members.example"} for one in ("anna", "ben", "carl")]
    lines = "\n".join(json.dumps({"consent": CONSENT, **one}) for one in people).encode()
    job = tenant.finished_import(tenant.begin_import(lines, "jsonl", send_confirmations=True))
    assert (job["created"], job["awaiting_confirmation"]) == (3, 3)

    first = tenant.drafts()
    assert first.act("preflight", "editor")["counts"]["excluded"] == {"no_consent": 3}
    asked = eventually(
        lambda: found if len(found := questions(tenant, provider)) == 3 else None, "all are asked", _SECONDS, every=1
    )
    first.sends("empty_audience").ends(as_what="failed").agrees()
    assert first.statuses() == {"no_consent": 3}

    assert {one.configuration_set for one in asked.values()} == {"ariia-local-untracked"}
    confirm, _ = links(provider, asked["anna"])
    page = requests.get(confirm, timeout=30)
    assert (page.status_code, "Nord Club" in page.text) == (200, True)
    assert status(tenant, "anna")["status"] == "pending", "a scanner has looked, and nothing happened"
    assert requests.post(confirm, data=YES, timeout=30).status_code == 200
    granted = status(tenant, "anna")
    assert (granted["status"], granted["source"], granted["by"]) == ("granted", "double_opt_in", None)
    assert granted["proof"]["double_opt_in"]["text"] == "1-en"

    confirm, unsubscribe = links(provider, asked["ben"])
    requests.post(unsubscribe, data="List-Unsubscribe=One-Click", timeout=30)
    late = requests.post(confirm, data=YES, timeout=30)
    assert (late.status_code, status(tenant, "ben")["status"]) == (410, "denied")

    second = tenant.drafts().sends().ends().agrees()
    assert second.statuses() == {"delivered": 1, "no_consent": 2}
    trail = tenant.api.get("/v1/audit?member_id=anna", "admin")["items"]
    assert [(one["action"], one["reason"]) for one in trail] == [("granted", "double_opt_in"), ("pending", "form")]
    assert trail[0]["details"]["proof"] == granted["proof"]
    again = tenant.api.post("/v1/members/carl/consent/email/confirmation", None, "editor")
    assert (again["member_id"], again["channel"]) == ("carl", "email")
