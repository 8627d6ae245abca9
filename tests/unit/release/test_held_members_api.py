"""Deciding about held members over HTTP."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ariia.services.campaigns.reading import Campaigns
from ariia.services.campaigns.targets import Targets
from ariia.services.next_steps import CampaignActions
from ariia.services.recipients import Recipients
from ariia.services.statistics import CampaignStatistics
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.held_members import routes as held_members
from functions.api.recipients import routes as recipients
from tests.builders import TENANT
from tests.doubles.statistics import MemoryStatistics
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.gate.http import Client, claims
from tests.unit.release.test_held_members import Held


class Api:
    def __init__(self) -> None:
        self.held = Held()
        world = self.held.world
        services = SimpleNamespace(
            held_members=self.held.service,
            recipients=Recipients(world.campaigns, world.ledger, world.clock),
            statistics=CampaignStatistics(MemoryStatistics()),
            campaigns=Campaigns(world.campaigns),
            campaign_actions=CampaignActions(Targets(world.segments, world.campaigns), world.clock),
        )
        operations = [*held_members.routes.operations, *recipients.routes.operations]
        self.application = Application(RouteTable(operations), lambda: SETTINGS)
        self.application.resolver.dependency_overrides[dependencies.services] = lambda: services
        self.path = f"/v1/campaigns/{self.held.campaign.id}"

    def as_role(self, role: str = "approver", tenant: str = TENANT) -> Client:
        return Client(self.application.answer, claims(tenant, role, "ben"))


@pytest.fixture(scope="module")
def api() -> Api:
    return Api()


def test_the_held_are_listed_decided_about_and_listed_no_more(api: Api) -> None:
    listed = api.as_role("viewer").get(f"{api.path}/recipients?status=excluded&reason=needs_decision").body["items"]
    ids = [one["member_id"] for one in listed]
    assert sorted(ids) == api.held.ids
    asked = {"decision": "give_up", "member_ids": [*ids, "nobody"], "reason": "too late by now"}
    answered = api.as_role().post(f"{api.path}/decisions", asked)
    assert answered.status == 200, answered.body
    assert (sorted(answered.body["decided"]), answered.body["not_held"]) == (api.held.ids, ["nobody"])
    assert answered.body["id"] == api.held.campaign.id
    for reason, expected in (("needs_decision", []), ("given_up", api.held.ids)):
        rows = api.as_role().get(f"{api.path}/recipients?reason={reason}").body["items"]
        assert sorted(one["member_id"] for one in rows) == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "guess", "member_ids": ["m1"]}, "decision"),
        ({"decision": "give_up", "member_ids": []}, "member_ids"),
        ({"decision": "give_up", "member_ids": ["m 1"]}, "member_ids.0"),
        ({"decision": "give_up", "member_ids": [f"m{n}" for n in range(201)]}, "member_ids"),
        ({"decision": "give_up"}, "member_ids"),
    ],
)
def test_what_can_not_be_decided_is_named(api: Api, body: dict[str, object], field: str) -> None:
    answered = api.as_role().post(f"{api.path}/decisions", body)
    assert answered.status == 422
    assert answered.body["problems"][0]["field"].replace("[", ".").replace("]", "") == field


def test_only_who_may_send_decides_and_only_in_the_own_tenant(api: Api) -> None:
    body = {"decision": "give_up", "member_ids": api.held.ids[:1]}
    assert api.as_role("viewer").post(f"{api.path}/decisions", body).status == 403
    assert api.as_role(tenant="another").post(f"{api.path}/decisions", body).status == 404
