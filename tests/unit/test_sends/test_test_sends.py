"""Test sends over HTTP, down to the provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.members.member import Consent, ConsentStatus, Suppression
from ariia.services.revisits import Revisits
from ariia.services.single_messages.care import SingleCare, SingleLooks
from ariia.services.test_sends.sending import TestSends as Sends
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.test_sends import routes as test_sends
from tests.builders import any_member
from tests.doubles.clock import CountingIds
from tests.doubles.jobs import MemoryJobs
from tests.doubles.schedules import MemorySchedules
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.campaigns.campaign_desk import Desk
from tests.unit.gate.http import Client, claims
from tests.world import World


@dataclass
class Api:
    """The desk's campaigns, sent by the world's senders."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        world = self.world
        self.desk = Desk(store=world.campaigns)
        self.desk.clock.advance((world.clock.now() - self.desk.clock.now()) / 1000)
        self.schedules = MemorySchedules(world.clock)
        self.care = SingleCare(Revisits(self.schedules, world.clock), world.clock)
        self.test_sends = Sends(
            self.desk.campaigns,
            self.desk.contents,
            world.singles,
            self.care,
            world.members,
            MemoryJobs(),
            world.clock,
            CountingIds("t"),
        )

    def client(self, role: str = "editor", tenant: str = "gym") -> Client:
        application = Application(RouteTable(test_sends.routes.operations), lambda: SETTINGS)
        application.resolver.dependency_overrides[dependencies.services] = lambda: self
        return Client(application.answer, claims(tenant, role))

    def send(self, path: str, *addresses: str, **more: Any) -> Any:
        return self.client().post(f"{path}/test-send", {"addresses": list(addresses), **more})

    def work_off(self) -> None:
        while self.world.queue.waiting:
            self.world.work_off()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def path(api: Api) -> str:
    return f"/v1/campaigns/{api.desk.draft().campaign.id}"


def test_a_test_reaches_its_addresses_and_its_result_is_read(api: Api, path: str) -> None:
    made = api.send(path, "boss@gym.de", "Editor@gym.de")
    assert made.status == 201, made.body
    assert {one["status"] for one in made.body["results"]} == {"pending"}
    api.work_off()
    [call] = api.world.provider.calls
    assert call.skeleton.subject == "[Test] Hi"
    assert sorted(one.address for one in call.recipients) == ["Editor@gym.de", "boss@gym.de"]
    read = api.client("viewer").get(made.headers["Location"])
    assert {one["address"]: one["status"] for one in read.body["results"]} == {
        "boss@gym.de": "sent",
        "Editor@gym.de": "sent",
    }
    assert api.client().get(f"/v1/campaigns/other/test-sends/{made.body['id']}").status == 404
    assert api.client(tenant="club").get(made.headers["Location"]).status == 404


def test_it_shows_a_given_members_data_without_writing_to_them(api: Api, path: str) -> None:
    member = any_member("anna")
    member.tenant_id = "gym"
    api.world.add(member)
    assert api.send(path, "boss@gym.de", member_id="anna").status == 201
    assert api.send(path, "boss@gym.de", member_id="nobody").body["problems"][0]["field"] == "member_id"
    api.work_off()
    [recipient] = api.world.provider.calls[0].recipients
    assert recipient.address == "boss@gym.de"
    assert "Anna" in recipient.data


@pytest.mark.parametrize("known", ["suppressed", "opted out"])
def test_addresses_that_get_nothing_are_refused_and_nothing_is_sent(api: Api, path: str, known: str) -> None:
    one = address_hash(Channel.EMAIL, "gone@gym.de")
    if known == "suppressed":
        api.world.members.suppress("gym", Channel.EMAIL, one, Suppression("complaint", 1))
    else:
        api.world.members.withdraw("gym", Channel.EMAIL, one, Consent(ConsentStatus.DENIED, "one_click", 1))
    refused = api.send(path, "boss@gym.de", "Gone@gym.de", "nonsense")
    assert refused.status == 422
    assert [(one["field"], known.split()[0] in one["message"]) for one in refused.body["problems"]] == [
        ("addresses.1", True),
        ("addresses.2", False),
    ]
    api.work_off()
    assert api.world.provider.calls == []


@pytest.mark.parametrize("addresses", [[], [f"a{number}@gym.de" for number in range(11)]])
def test_one_to_ten_addresses(api: Api, path: str, addresses: list[str]) -> None:
    assert api.send(path, *addresses).status == 422


def test_an_incomplete_campaign_is_not_sent(api: Api) -> None:
    campaign = api.desk.draft(content_html="<p>No way out</p>").campaign
    assert api.send(f"/v1/campaigns/{campaign.id}", "boss@gym.de").status == 422


def test_a_tenant_sends_so_many_tests_an_hour(api: Api, path: str) -> None:
    addresses = [f"a{number}@gym.de" for number in range(10)]
    for _ in range(10):
        assert api.send(path, *addresses).status == 201
    refused = api.send(path, "one@gym.de")
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3_600
    api.world.clock.advance(3_600)
    assert api.send(path, "one@gym.de").status == 201


def test_the_same_key_sends_once(api: Api, path: str) -> None:
    body = {"addresses": ["boss@gym.de"]}
    first = api.client().post(f"{path}/test-send", body, Idempotency_Key="k")
    again = api.client().post(f"{path}/test-send", body, Idempotency_Key="k")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.body["id"] == first.body["id"]
    assert api.client().post(f"{path}/test-send", {"addresses": ["x@gym.de"]}, Idempotency_Key="k").status == 422
    api.work_off()
    assert len(api.world.provider.calls) == 1


def test_agents_may_not_send_tests(api: Api, path: str) -> None:
    assert api.client("agent").post(f"{path}/test-send", {"addresses": ["boss@gym.de"]}).status == 403


def test_a_lost_test_is_looked_after_until_it_is_sent(api: Api, path: str) -> None:
    api.send(path, "boss@gym.de")
    api.world.queue.waiting.clear()
    looks = SingleLooks(Revisits(api.schedules, api.world.clock), api.world.settler)
    for _ in range(4):
        api.world.clock.advance(151)
        for payload in api.schedules.fired(api.world.clock.now()):
            looks.look(payload["tenant_id"], payload["container_id"], payload["member_ids"], payload["until"])
        api.work_off()
    assert len(api.world.provider.calls) == 1
    assert api.schedules.waiting == {}
