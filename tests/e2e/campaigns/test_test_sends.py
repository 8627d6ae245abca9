"""Looking at a draft in one's own inbox before anybody else gets it."""

from __future__ import annotations

import requests

from infra.local.providers.client import SentMessage, SimulatorClient
from tests.e2e.campaign import headers_in
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually


def test_a_test_goes_to_the_named_addresses_and_shows_a_members_data(tenant: Tenant, provider: SimulatorClient) -> None:
    tenant.has_members([{"id": "anna", "email": "anna@members.example", "first_name": "Anna"}])
    campaign = tenant.drafts()
    addresses = [f"owner@{tenant.domain}", f"Colleague@{tenant.domain}"]
    asked = {"addresses": addresses, "member_id": "anna"}
    first, again = (
        tenant.answer("POST", f"{campaign.path}/test-send", "approver", asked, key="once") for _ in range(2)
    )
    assert (first.status, again.status, again.body["id"]) == (201, 201, first.body["id"]), again

    def all_delivered() -> bool:
        results = tenant.api.get(f"{campaign.path}/test-sends/{first.body['id']}")["results"]
        return [one["status"] for one in results] == ["delivered", "delivered"]

    eventually(all_delivered, "both have it")
    messages = list(provider.messages({"tenant": tenant.id}))
    assert sorted(one.to[0].lower() for one in messages) == sorted(one.lower() for one in addresses)
    assert {one.subject for one in messages} == {"[Test] News"}
    assert "Hello Anna" in provider.message(messages[0].message_id)["html"]
    assert campaign.read()["status"] == "draft"
    assert list(tenant.api.pages("/v1/members")) == [tenant.member("anna")]


def test_nobody_gets_a_test_when_one_address_must_not(tenant: Tenant, provider: SimulatorClient) -> None:
    campaign, gone = tenant.drafts(), f"gone@{tenant.domain}"
    tenant.api.post("/v1/suppressions", {"channel": "email", "address": gone, "reason": "asked for it"}, "admin")
    asked = {"addresses": [f"owner@{tenant.domain}", gone.upper(), "nobody at nowhere"]}
    refused = tenant.answer("POST", f"{campaign.path}/test-send", "approver", asked)
    assert (refused.status, refused.fields) == (422, {"addresses.1", "addresses.2"}), refused
    assert tenant.answer("POST", f"{campaign.path}/test-send", "viewer", asked).status == 403
    incomplete = tenant.drafts(content_html="")
    ours = {"addresses": [f"owner@{tenant.domain}"]}
    assert tenant.answer("POST", f"{incomplete.path}/test-send", "approver", ours).status == 422
    assert list(provider.messages({"tenant": tenant.id})) == []


def test_who_unsubscribes_from_a_test_gets_no_more_of_them(tenant: Tenant, provider: SimulatorClient) -> None:
    campaign, address = tenant.drafts(), f"owner@{tenant.domain}"
    tenant.api.post(f"{campaign.path}/test-send", {"addresses": [address]}, "approver")

    def arrived() -> SentMessage | None:
        return next(iter(provider.messages({"tenant": tenant.id})), None)

    message = eventually(arrived, "the test arrives")
    link = headers_in(provider.message(message.message_id))["List-Unsubscribe"].strip("<>")
    assert requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=30).status_code == 200
    refused = tenant.answer("POST", f"{campaign.path}/test-send", "approver", {"addresses": [address]})
    assert (refused.status, refused.fields) == (422, {"addresses.0"}), refused
    tenant.has_members([{"id": "owner", "email": address.upper()}])
    assert tenant.member("owner")["consent"]["email"]["status"] == "denied"
