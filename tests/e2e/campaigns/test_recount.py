"""Figures that are wrong are counted anew."""

from __future__ import annotations

from infra.local.demo.api import Json
from infra.local.stack import PREFIX, LaptopStack
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually


def _damage(laptop: LaptopStack, key: str) -> None:
    """Some counters are lost, others say too much."""
    client, table = laptop.client("dynamodb"), f"{PREFIX}-statistics"
    found = client.query(
        TableName=table, KeyConditionExpression="stats_key = :key", ExpressionAttributeValues={":key": {"S": key}}
    )["Items"]
    for place, item in enumerate(sorted(found, key=lambda one: str(one["counter"]))):
        where = {name: item[name] for name in ("stats_key", "counter")}
        if item["counter"]["S"].startswith("hour:") and place % 2:
            client.delete_item(TableName=table, Key=where)
        elif item["counter"]["S"].startswith("lane:l0#"):
            client.update_item(
                TableName=table,
                Key=where,
                UpdateExpression="ADD accepted :less, clicked :more",
                ExpressionAttributeValues={":less": {"N": "-3"}, ":more": {"N": "40"}},
            )


def test_damaged_figures_are_right_again_after_a_recount(tenant: Tenant, laptop: LaptopStack) -> None:
    tenant.has_people(12)
    campaign = tenant.drafts().sends().ends().agrees()
    path, right = f"/v1/campaigns/{campaign.id}/stats/recount", campaign.figures()
    _damage(laptop, f"{tenant.id}#{campaign.id}")
    assert campaign.figures() != right

    def recounted() -> Json | None:
        asked = tenant.answer("POST", path, "admin")
        assert asked.status == 202, asked.text
        over = eventually(lambda: _over(tenant, path), "the recount is over")
        return over if over["status"] == "done" else None

    done = eventually(recounted, "a recount holds")
    assert (done["corrected"]["accepted"], done["corrected"]["clicked"]) == (3, -40)
    assert campaign.figures() == right


def _over(tenant: Tenant, path: str) -> Json | None:
    found = tenant.answer("GET", path, "admin").body
    return found if found["status"] in ("done", "failed") else None
