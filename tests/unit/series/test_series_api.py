"""Series over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.tenants.tenant import Plan
from functions.api.campaigns import routes as campaigns
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.routing import RouteTable
from functions.api.series import action_routes as series_actions
from functions.api.series import routes as series
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.campaigns.campaign_desk import HTML
from tests.unit.gate.http import Client, claims
from tests.unit.series.series_desk import SeriesDesk

RULE = {"rrule": "FREQ=DAILY", "starts_on": "2027-01-16", "local_time": "18:00"}
_OPERATIONS = [*series.routes.operations, *series_actions.routes.operations, *campaigns.routes.operations]


class Api:
    """The application on a desk of its own."""

    def __init__(self) -> None:
        self.desk = SeriesDesk()
        self._application = Application(RouteTable(_OPERATIONS), lambda: SETTINGS)
        self._application.resolver.dependency_overrides[dependencies.services] = lambda: self.desk

    def as_role(self, role: str = "editor", tenant: str = "gym", subject: str = "anna") -> Client:
        return Client(self._application.answer, claims(tenant, role, subject))

    def draft(self, **fields: Any) -> str:
        """The path of a series that is ready to be submitted."""
        body = {"name": "News", "content_subject": "Hi", "content_html": HTML, "rule": RULE}
        answered = self.as_role("agent").post("/v1/series", body | fields)
        assert answered.status == 201, answered.body
        return answered.headers["Location"]

    def approved(self, **fields: Any) -> str:
        path = self.draft(**fields)
        submitted = self.as_role().post(f"{path}/submit").body["submitted_hash"]
        answered = self.as_role("approver", subject="ben").post(f"{path}/approve", {"submitted_hash": submitted})
        assert answered.status == 200, answered.body
        return path


@pytest.fixture
def api() -> Api:
    return Api()


def test_a_series_is_drafted_shown_and_read(api: Api) -> None:
    body = {"name": "News", "rule": RULE, "content_subject": "Hi", "misfire": {"policy": "skip", "after_seconds": 600}}
    made = api.as_role("agent").post("/v1/series", body)
    assert (made.status, made.body["status"], made.headers["ETag"]) == (201, "draft", '"1"')
    assert made.body["rule"] == RULE | {"timezone": "Europe/Berlin"}
    assert (made.body["misfire"]["policy"], made.body["next_occurrence"]) == ("skip", None)
    path = made.headers["Location"]
    viewer = api.as_role("viewer")
    assert made.body["actions"] == ["edit", "submit"]
    assert viewer.get(path).body == made.body | {"actions": []}
    assert [one["id"] for one in viewer.get("/v1/series").body["items"]] == [made.body["id"]]
    assert viewer.get("/v1/series?status=active").body["items"] == []
    page = viewer.get(f"{path}/occurrences?limit=2").body
    assert [one["local"] for one in page["items"]] == ["2027-01-16T18:00:00", "2027-01-17T18:00:00"]
    assert page["items"][0]["at"] == "2027-01-16T17:00:00.000Z"
    more = viewer.get(f"{path}/occurrences?limit=1&cursor={page['next_cursor']}").body["items"]
    assert [one["local"] for one in more] == ["2027-01-18T18:00:00"]


def test_from_review_to_its_campaigns(api: Api) -> None:
    path = api.draft()
    editor, approver = api.as_role(), api.as_role("approver", subject="ben")
    submitted = editor.post(f"{path}/submit")
    assert (submitted.body["status"], submitted.body["warnings"]) == ("pending_review", [])
    frozen = approver.get(f"{path}/submission").body
    assert frozen["submitted_hash"] == submitted.body["submitted_hash"]
    assert (frozen["rule"]["rrule"], "Unsubscribe" in frozen["content_html"]) == ("FREQ=DAILY", True)
    stale = approver.post(f"{path}/approve", {"submitted_hash": "0" * 64})
    assert stale.status == 409
    approved = approver.post(f"{path}/approve", {"submitted_hash": frozen["submitted_hash"], "reason": "fine"})
    assert (approved.body["status"], approved.body["approved_by"], approved.body["made"]) == ("active", "ben", None)
    assert approved.body["next_occurrence"]["local"] == "2027-01-16T18:00:00"
    assert approved.body["made_at"] == "2027-01-15T21:00:00.000Z"
    api.desk.live(24)
    [listed] = editor.get(f"{path}/campaigns").body["items"]
    assert (listed["name"], listed["status"], listed["type"]) == ("News 2027-01-16", "scheduled", "scheduled")
    assert listed["occurrence_at"] == listed["scheduled_at"] == "2027-01-16T17:00:00.000Z"
    read = editor.get(f"/v1/campaigns/{listed['id']}").body
    assert f"/v1/series/{read['series_id']}" == path
    assert editor.get(f"/v1/campaigns?series_id={read['series_id']}").body["items"] == [listed]
    assert editor.get("/v1/campaigns?series_id=another").body["items"] == []
    history = editor.get(f"{path}/history").body["items"]
    assert [(one["action"], one["by"], one["reason"]) for one in history] == [
        ("create", "anna", None),
        ("submit", "anna", None),
        ("approve", "ben", "fine"),
    ]


def test_campaigns_come_in_pages(api: Api) -> None:
    path = api.approved()
    api.desk.live(24 * 4)
    viewer = api.as_role("viewer")
    first = viewer.get(f"{path}/campaigns?limit=3").body
    rest = viewer.get(f"{path}/campaigns?limit=3&cursor={first['next_cursor']}").body
    names = [one["name"] for one in first["items"] + rest["items"]]
    assert names == [f"News 2027-01-{day}" for day in (19, 18, 17, 16)]
    assert rest["next_cursor"] is None
    assert viewer.get(f"{path}/occurrences?cursor={first['next_cursor']}").status == 422


def test_pausing_takes_back_what_waits_and_says_so(api: Api) -> None:
    path = api.approved()
    approver = api.as_role("approver", subject="ben")
    assert approver.post(f"{path}/resume").status == 409
    api.desk.live(24)
    paused = approver.post(f"{path}/pause", {"reason": "holidays"})
    assert (paused.status, paused.body["status"], paused.body["next_occurrence"]) == (200, "paused", None)
    assert paused.body["made"]["status"] == "cancelled"
    assert paused.body["actions"] == ["resume", "end"]
    resumed = approver.post(f"{path}/resume", {"reason": "over"})
    assert (resumed.body["status"], resumed.body["made"]["status"]) == ("active", "scheduled")
    assert resumed.body["made"]["campaign_id"] != paused.body["made"]["campaign_id"]
    api.desk.live(12)
    ended = approver.post(f"{path}/end", {"version": approver.get(path).body["version"]})
    assert (ended.body["status"], ended.body["made"]["status"], ended.body["actions"]) == ("ended", "sending", [])
    refused = approver.post(f"{path}/pause")
    assert (refused.status, refused.body["actions"]) == (409, [])


def test_rejecting_and_editing_make_it_a_draft_again(api: Api) -> None:
    path = api.draft()
    editor, approver = api.as_role(), api.as_role("approver")
    assert approver.post(f"{path}/reject", {"feedback": "no"}).status == 409
    editor.post(f"{path}/submit")
    assert approver.post(f"{path}/reject", {"feedback": "too long"}).body["feedback"] == "too long"
    assert editor.patch(path, {"content_subject": "Short"}).status == 428
    version = editor.get(path).body["version"]
    changed = editor.patch(
        path, {"content_subject": "Short", "rule": RULE | {"timezone": "Europe/Lisbon"}}, If_Match=f'"{version}"'
    )
    assert (changed.status, changed.body["content_subject"]) == (200, "Short")
    assert (changed.body["rule"]["timezone"], changed.body["name"]) == ("Europe/Lisbon", "News")
    assert editor.patch(path, {"name": "Old", "version": version}).status == 409
    assert editor.post(f"{path}/submit", {"version": version}).status == 409
    active = api.approved()
    edited = editor.patch(active, {"name": "New", "version": editor.get(active).body["version"]})
    assert (edited.body["status"], edited.body["approved_hash"]) == ("draft", None)


@pytest.mark.parametrize("action", ["approve", "reject", "pause", "resume", "end"])
@pytest.mark.parametrize("role", ["viewer", "editor", "agent"])
def test_only_an_approver_starts_and_stops(api: Api, role: str, action: str) -> None:
    refused = api.as_role(role).post(f"{api.draft()}/{action}", {})
    assert refused.status == 403
    assert "approver" in refused.body["detail"]


@pytest.mark.parametrize(
    ("fields", "field", "allowed"),
    [
        ({"rule": RULE | {"rrule": "FREQ=HOURLY"}}, "rule.rrule", "FREQ=DAILY"),
        ({"rule": RULE | {"rrule": "FREQ=DAILY;UNTIL=20270101"}}, "rule.rrule", "is to come"),
        ({"rule": RULE | {"starts_on": "16.01.2027"}}, "rule.starts_on", "pattern"),
        ({"rule": RULE | {"starts_on": "2027-02-30"}}, "rule.starts_on", "a day such as"),
        ({"rule": RULE | {"local_time": "25:00"}}, "rule.local_time", "pattern"),
        ({"rule": RULE | {"timezone": "Mars"}}, "rule.timezone", "Europe/Berlin"),
        ({"rule": {"rrule": "FREQ=DAILY"}}, "rule.starts_on", ""),
        ({"rule": None}, "rule", "an object"),
        ({"scheduled_at": "2027-01-16T18:00"}, "scheduled_at", ""),
        ({"type": "broadcast"}, "type", ""),
        ({"name": "x" * 181}, "name", "at most 180"),
        ({"channel": "sms"}, "channel", "email"),
        ({"sender": "x"}, "sender", ""),
    ],
)
def test_bad_input_names_its_field_and_what_is_allowed(
    api: Api, fields: dict[str, Any], field: str, allowed: str
) -> None:
    answered = api.as_role().post("/v1/series", {"name": "News", "rule": RULE} | fields)
    assert (answered.status, answered.body["problems"][0]["field"]) == (422, field), answered.body
    assert allowed in str(answered.body["problems"][0].get("allowed", ""))
    assert api.as_role().get("/v1/series").body["items"] == []


def test_the_same_key_makes_one_and_replays(api: Api) -> None:
    body = {"name": "News", "rule": RULE}
    first, again = (api.as_role().post("/v1/series", body, Idempotency_Key="k-1") for _ in range(2))
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.as_role().post("/v1/series", body | {"name": "Other"}, Idempotency_Key="k-1").status == 422


def test_another_tenants_series_are_not_there(api: Api) -> None:
    path = api.approved()
    stranger = api.as_role("admin", tenant="club")
    assert stranger.get("/v1/series").body["items"] == []
    for method, place, body in (
        ("GET", path, None),
        ("GET", f"{path}/campaigns", None),
        ("GET", f"{path}/occurrences", None),
        ("GET", f"{path}/submission", None),
        ("GET", f"{path}/history", None),
        ("PATCH", path, {"name": "Mine", "version": 3}),
        ("POST", f"{path}/pause", {}),
        ("POST", f"{path}/end", {}),
    ):
        assert stranger.call(method, place, body).status == 404, place


def test_an_occurrence_that_the_plan_does_not_allow_is_told(api: Api) -> None:
    tenant = api.desk.tenants.get("gym")
    assert tenant is not None
    tenant.plan = Plan.STARTER
    assert api.desk.tenants.save(tenant)
    path = api.approved()
    api.desk.live(24 * 3)
    read = api.as_role("viewer").get(path).body
    assert read["missed"]["local"] == "2027-01-18T18:00:00"
    assert "the plan professional allows more" in read["missed"]["reason"]
    assert [one["name"] for one in api.as_role().get(f"{path}/campaigns").body["items"]] == ["News 2027-01-16"]
    skipped = [one for one in api.as_role().get(f"{path}/history").body["items"] if one["action"] == "skip"]
    assert ["2027-01-17" in str(one["reason"]) for one in skipped] == [True]
