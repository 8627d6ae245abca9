"""Follow-ups and events of members over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ariia.domain.channel import Channel
from ariia.domain.ledger.containers import follow_ups_key
from ariia.domain.tenants.tenant import Plan
from ariia.ports.statistics import Fold
from ariia.services.statistics import CampaignStatistics
from functions.api.events import routes as events
from functions.api.follow_ups import routes as follow_ups
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.fields import iso
from functions.api.gate.routing import RouteTable
from tests.builders import TENANT
from tests.doubles.statistics import MemoryStatistics
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk
from tests.unit.gate.http import Client, claims

OPERATIONS = [*follow_ups.routes.operations, *events.routes.operations]


@dataclass
class Api:
    desk: FollowUpDesk = field(default_factory=FollowUpDesk)

    def client(self, role: str = "agent", tenant: str = TENANT) -> Client:
        application = Application(RouteTable(OPERATIONS), lambda: SETTINGS)
        application.resolver.dependency_overrides[dependencies.services] = lambda: self.desk
        return Client(application.answer, claims(tenant, role))

    def body(self, **fields: Any) -> dict[str, Any]:
        known = self.desk.fields()
        return known | {"follow_up_at": iso(known["follow_up_at"])} | fields

    def made(self, **fields: Any) -> dict[str, Any]:
        answered = self.client().post("/v1/follow-ups", self.body(**fields))
        assert answered.status == 201, answered.body
        made: dict[str, Any] = answered.body
        return made


@pytest.fixture
def api() -> Api:
    return Api()


def test_an_agent_schedules_reads_changes_and_cancels(api: Api) -> None:
    agent = api.client()
    made = agent.post("/v1/follow-ups", api.body(reason="Break", conversation_id="chat 1"))
    assert (made.status, made.body["status"], made.headers["ETag"]) == (201, "pending", '"1"')
    path = made.headers["Location"]
    assert made.body["actions"] == ["edit", "cancel"]
    assert api.client("viewer").get(path).body == made.body | {"actions": []}
    assert agent.patch(path, {"reason": "Pause"}).status == 428
    changed = agent.patch(path, {"reason": "Pause"}, If_Match='"1"')
    assert (changed.status, changed.body["reason"], changed.body["version"]) == (200, "Pause", 2)
    assert agent.patch(path, {"reason": "Old", "version": 1}).status == 409
    for query in ("member_id=anna", "conversation_id=chat%201", "conversation_id=chat 1"):
        listed = agent.get(f"/v1/follow-ups?{query}").body["items"]
        assert [one["id"] for one in listed] == ([] if "%20" in query else [made.body["id"]])
    ended = agent.post(f"{path}/cancel", {"reason": "She is back"})
    assert (ended.status, ended.body["status"], ended.body["status_reason"]) == (200, "cancelled", "She is back")
    assert agent.post(f"{path}/cancel").status == 200
    assert agent.patch(path, {"reason": "x", "version": 3}).status == 409


def test_the_answer_follows_the_ledger_before_the_record_does(api: Api) -> None:
    made = api.made()
    api.desk.clock.advance(HOUR_MS / 1000)
    api.desk.fire()
    assert api.client().get(f"/v1/follow-ups/{made['id']}").body["delivery"]["status"] == "pending"
    api.desk.send()
    read = api.client().get(f"/v1/follow-ups/{made['id']}").body
    assert (read["status"], read["delivery"]["status"]) == ("sent", "sent")
    assert read["sent_at"] == read["delivery"]["sent_at"]
    refused = api.client().post(f"/v1/follow-ups/{made['id']}/cancel")
    assert (refused.status, refused.body["detail"]) == (409, "this follow-up is already sent")


def test_the_same_key_makes_one_and_replays(api: Api) -> None:
    body = api.body()
    first = api.client().post("/v1/follow-ups", body, Idempotency_Key="k-1")
    again = api.client().post("/v1/follow-ups", body, Idempotency_Key="k-1")
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.client().post("/v1/follow-ups", body | {"reason": "x"}, Idempotency_Key="k-1").status == 422


def test_pages_go_on_with_their_cursor(api: Api) -> None:
    made = {api.made()["id"] for _ in range(5)}
    first = api.client().get("/v1/follow-ups?member_id=anna&limit=3").body
    rest = api.client().get(f"/v1/follow-ups?member_id=anna&limit=3&cursor={first['next_cursor']}").body
    assert {one["id"] for one in first["items"] + rest["items"]} == made
    assert rest["next_cursor"] is None
    assert api.client().get(f"/v1/follow-ups?member_id=ben&cursor={first['next_cursor']}").status == 422


@pytest.mark.parametrize("query", ["", "?member_id=a&conversation_id=b"])
def test_a_list_is_of_one_member_or_one_conversation(api: Api, query: str) -> None:
    assert api.client().get(f"/v1/follow-ups{query}").status == 422


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"message_template": "Hi\n{{ nick }}"}, "message_template"),
        ({"follow_up_at": "tomorrow"}, "follow_up_at"),
        ({"follow_up_at": None, "follow_up_local": "18:00"}, "follow_up_local"),
        ({"channel": "sms", "subject": None}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"misfire_policy": "later"}, "misfire_policy"),
        ({"cancel_on": ["UPPER"]}, "cancel_on"),
        ({"status": "sent"}, "status"),
    ],
)
def test_bad_input_names_its_field(api: Api, fields: dict[str, Any], name: str) -> None:
    answered = api.client().post("/v1/follow-ups", api.body(**fields))
    assert answered.status == 422
    assert answered.body["problems"][0]["field"] == name
    assert api.desk.schedules.waiting == {}


def test_a_full_plan_answers_402(api: Api) -> None:
    api = Api(FollowUpDesk(plan=Plan.STARTER))
    for _ in range(5):
        api.made()
    assert api.client().post("/v1/follow-ups", api.body()).status == 402


def test_a_late_one_is_decided_by_people_not_by_agents(api: Api) -> None:
    made = api.made(misfire_policy="ask")
    api.desk.clock.advance(3 * HOUR_MS / 1000)
    api.desk.fire()
    path = f"/v1/follow-ups/{made['id']}"
    read = api.client().get(path).body
    assert read["status"] == "pending"
    assert "due 120 minutes ago" in read["needs_decision"]
    assert api.client("agent").post(f"{path}/decide", {"decision": "send"}).status == 403
    assert api.client("editor").post(f"{path}/decide", {"decision": "perhaps"}).status == 422
    assert api.client("editor").post(f"{path}/decide", {"decision": "skip"}).body["status"] == "cancelled"


def test_another_tenants_follow_ups_are_not_there(api: Api) -> None:
    made = api.made()
    stranger = api.client(tenant="club")
    assert stranger.get(f"/v1/follow-ups/{made['id']}").status == 404
    assert stranger.post(f"/v1/follow-ups/{made['id']}/cancel").status == 404
    assert stranger.get("/v1/follow-ups?member_id=anna").body["items"] == []


def test_an_event_cancels_what_names_it_and_says_so(api: Api) -> None:
    named = api.made(cancel_on=["member_replied"], conversation_id="c1", cancel_on_same_conversation=True)
    other = api.made(cancel_on=["member_returned"])
    elsewhere = {"id": "w-1", "name": "member_replied", "member_id": "anna", "conversation_id": "c2"}
    assert api.client().post("/v1/events", elsewhere).body["cancelled_follow_ups"] == []
    event = {"id": "w-2", "name": "member_replied", "member_id": "anna", "conversation_id": "c1", "data": {"a": 1}}
    first = api.client().post("/v1/events", event)
    assert (first.status, first.body["cancelled_follow_ups"]) == (200, [named["id"]])
    again = api.client().post("/v1/events", event)
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    read = api.client().get(f"/v1/follow-ups/{named['id']}").body
    assert (read["status"], read["status_reason"]) == ("cancelled", "member_replied")
    assert api.client().get(f"/v1/follow-ups/{other['id']}").body["status"] == "pending"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"name": "x y", "member_id": "anna"}, 422),
        ({"name": "member_replied", "member_id": "nobody"}, 404),
        ({"name": "member_replied", "member_id": "anna", "data": {"text": "x" * 20_000}}, 422),
        ({"name": "member_replied"}, 422),
    ],
)
def test_bad_events_are_refused(api: Api, event: dict[str, Any], status: int) -> None:
    assert api.client().post("/v1/events", event).status == status


def test_an_events_id_is_of_one_event(api: Api) -> None:
    event = {"id": "w-1", "name": "member_replied", "member_id": "anna"}
    assert api.client().post("/v1/events", event).status == 200
    assert api.client().post("/v1/events", event | {"name": "member_returned"}).status == 422


def test_figures_are_of_all_follow_ups(api: Api) -> None:
    store = MemoryStatistics()
    fold = Fold("s", "")
    fold.changes = {follow_ups_key(TENANT): {("lane:l0", "targeted"): 3, ("lane:l0", "accepted"): 2}}
    fold.watermark = "1"
    assert store.apply(fold, "")
    api.desk.statistics = CampaignStatistics(store)  # type: ignore[attr-defined]
    read = api.client("viewer").get("/v1/follow-ups/stats").body
    assert (read["targeted"], read["sent"], read["pending"]) == (3, 2, 1)


def test_an_answer_of_stop_opts_out_on_its_channel(api: Api) -> None:
    data = {"text": " Stop ", "channel": "email"}
    answer = {"id": "w-9", "name": "message_received", "member_id": "anna", "data": data}
    assert api.client("connector").post("/v1/events", answer).status == 200
    member = api.desk.world.members.get(TENANT, "anna")
    assert member is not None
    assert (member.consent["email"].status, member.consent["email"].source) == ("denied", "stop_word")
    assert member.consent["email"].by == "anna", "the caller"
    nowhere = {"name": "message_received", "member_id": "anna", "data": {"text": "STOP"}}
    refused = api.client("connector").post("/v1/events", nowhere)
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "data.channel")


@pytest.mark.parametrize("roles", ["agent", "agent admin", "viewer", "approver"])
@pytest.mark.parametrize("text", ["START", "STOP", None])
def test_nobody_speaks_for_a_member_who_may_not_hear_answers(api: Api, roles: str, text: str | None) -> None:
    before = api.desk.world.members.get(TENANT, "anna")
    data = {"channel": "email"} | ({"text": text} if text else {})
    answer = {"id": "w-9", "name": "message_received", "member_id": "anna", "data": data}

    assert api.client(roles).post("/v1/events", answer).status == 403
    assert api.desk.world.members.get(TENANT, "anna") == before


def test_a_stop_from_a_clock_that_is_ahead_does_not_outlast_the_yes_that_follows_it(api: Api) -> None:
    desk = api.desk
    answer = {"id": "w-1", "name": "message_received", "member_id": "anna", "at": iso(desk.clock.now() + 240_000)}
    api.client("connector").post("/v1/events", {**answer, "data": {"text": "STOP", "channel": "email"}})
    desk.clock.advance(1)
    said = {"status": "granted", "source": "desk"}
    member = desk.consent.set(TENANT, "anna", Channel.EMAIL, said, "api", "clerk")

    assert member.consent["email"].status == "granted"
