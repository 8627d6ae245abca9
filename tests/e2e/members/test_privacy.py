"""A member asks for their data, and then to be forgotten, on the deployed stacks."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import requests

from infra.local.demo.api import Json
from infra.local.providers.client import SimulatorClient
from infra.local.stack import LaptopStack
from tests.e2e.campaign import BODY, SentCampaign
from tests.e2e.members.test_unsubscribe import ONE_CLICK, unsubscribe_link
from tests.e2e.tenant import CONSENT, Tenant
from tests.e2e.waiting import eventually

# A schedule is made some seconds ahead, and the emulator looks every ten.
_SECONDS = 120.0
# Told of nobody else in the stores that are searched for it.
WHO, INJURY = "m-annabel", "the left meniscus"
LETTER = BODY + '<a href="https://studio.example/offer">Offer</a>'


def _annabel(tenant: Tenant, **fields: Any) -> Json:
    known = {"id": WHO, "first_name": "Annabel", "phone": "+4930987654", "attributes": {"coach": "Zacharias"}}
    return {**known, "email": f"annabel+open.click@{tenant.id}-members.example", **fields}


def _known(tenant: Tenant) -> SentCampaign:
    """Everything a tenant may know of a member; gives the campaign that they were sent."""
    tenant.has_members([_annabel(tenant), {"id": "m-ben", "email": f"ben@{tenant.id}-members.example"}])
    campaign = tenant.drafts(content_html=LETTER).sends().ends()
    campaign.until(lambda stats: stats["clicked"] == 1, "the click is counted")
    injury = {"injury": INJURY}
    tenant.follows_up(WHO, 86_400, reason="Asked for Annabel's knee", ai_context_json=injury)
    event = {"id": "visit-1", "name": "visited", "member_id": WHO, "data": {"note": "Annabel came by"}}
    tenant.api.post("/v1/events", event, "agent")
    segment = tenant.api.post("/v1/segments", {"name": "Regulars", "is_dynamic": False}, "editor")
    tenant.api.post(f"/v1/segments/{segment['id']}/members", {"add": [WHO, "m-ben"]}, "editor")
    selected = {"target_type": "selected", "target_filter_json": {"member_ids": [WHO, "m-ben"]}}
    tenant.drafts(**selected).act("preflight", "editor")
    rule = {"rrule": "FREQ=WEEKLY", "starts_on": "2026-03-02", "local_time": "09:00"}
    letter = {"name": "Weekly", "content_subject": "Hello", "content_html": LETTER, "rule": rule, **selected}
    tenant.api.post("/v1/series", letter, "editor")
    return campaign


def _until(tenant: Tenant, path: str, state: str) -> Json:
    def look() -> Json | None:
        job = tenant.api.get(path, "admin")
        return job if job["state"] == state else None

    return eventually(look, f"{path} is {state}", _SECONDS, every=1)


def _archive(tenant: Tenant) -> dict[str, str]:
    """The files of Annabel's archive."""
    begun = tenant.answer("POST", f"/v1/members/{WHO}/export", "admin")
    assert begun.status == 202, begun
    done = _until(tenant, begun.headers["location"], "done")
    with zipfile.ZipFile(io.BytesIO(requests.get(done["download"]["url"], timeout=30).content)) as folder:
        return {name: folder.read(name).decode() for name in folder.namelist()}


def _stored(laptop: LaptopStack, words: list[str]) -> list[str]:
    """Every row of every table that holds one of the words."""
    client = laptop.client("dynamodb")
    rows = []
    for table in client.list_tables()["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=table):
            rows += [f"{table}: {json.dumps(item, default=str)}" for item in page["Items"]]
    return [row[:400] for row in rows if any(word in row.lower() for word in words)]


def test_a_member_gets_their_data_and_is_forgotten(
    tenant: Tenant, provider: SimulatorClient, laptop: LaptopStack
) -> None:
    campaign = _known(tenant)
    files = _archive(tenant)
    spring = next(one for one in json.loads(files["messages.json"]) if one["campaign_id"] == campaign.id)
    assert (spring["status"], len(spring["clicked_links"])) == ("clicked", 1)
    assert "Hello Annabel" in files[spring["file"]]
    assert json.loads(files["follow_ups.json"])[0]["ai_context_json"] == {"injury": INJURY}
    assert "Annabel came by" in files["index.html"]
    assert "m-ben" not in "".join(files.values())

    figures, link = campaign.figures(), unsubscribe_link(provider, campaign, WHO)
    begun = tenant.answer("POST", f"/v1/members/{WHO}/erasure", "admin", {"reason": "member_request"}, "once")
    assert (begun.status, begun.body["state"]) == (202, "running"), begun
    assert tenant.answer("GET", f"/v1/members/{WHO}", "viewer").status == 404
    again = json.dumps(_annabel(tenant, consent=CONSENT)).encode()
    refused = tenant.finished_import(tenant.begin_import(again, "jsonl"))
    assert (refused["created"], refused["rejected"]) == (0, 1)
    [line] = tenant.api.get(f"/v1/imports/{refused['id']}/rejected", "editor")["items"]
    assert "eras" in line["problems"][0]["message"]

    done = _until(tenant, begun.headers["location"], "done")
    report = done["proof"]["report"]
    assert report["erased"] | {"audit_rows": 0} == {
        "archives": 1,
        "audit_rows": 0,
        "events": 1,
        "follow_ups": 1,
        "lists": 1,
        "members": 1,
        "receipts": 1,
        "recipients": 1,
    }
    text = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == done["proof"]["sha256"]
    assert tenant.api.get("/v1/erasures", "admin")["items"] == [done]

    # The provider still knows the message, and whoever has it may still act on it: nothing of that is stored.
    [message] = provider.messages({"campaign": campaign.id, "member": WHO})
    provider.replay(message.message_id)
    provider.act(message.message_id, "complaint")
    [other] = provider.messages({"campaign": campaign.id, "member": "m-ben"})
    provider.act(other.message_id, "open")
    opened = campaign.until(lambda stats: stats["opened"] == figures["opened"] + 1, "what came with it is counted")
    same = ("targeted", "pending", "sent", "delivered", "clicked", "bounced", "failed", "excluded", "complained")
    assert {name: opened[name] for name in same} == {name: figures[name] for name in same}
    assert len(campaign.recipients()) == 2
    assert requests.get(link, timeout=30).status_code == 200
    assert requests.post(link, data=ONE_CLICK, timeout=30).status_code == 200
    assert campaign.figures()["unsubscribed"] == 0
    assert _stored(laptop, [WHO, "annabel", "+4930987654", "zacharias", INJURY]) == []
