"""Review, sending and stopping over HTTP."""

from __future__ import annotations

import pytest

from tests.unit.campaigns.campaign_clients import Api


@pytest.fixture
def api() -> Api:
    return Api()


def test_campaign_goes_from_draft_to_sending_through_review(api: Api) -> None:
    path = f"/v1/campaigns/{api.draft()['id']}"
    submitted = api.as_role("agent", subject="swarm").post(f"{path}/submit", {"version": 1})
    assert (submitted.status, submitted.body["status"]) == (200, "pending_review")
    assert isinstance(submitted.body["warnings"], list)
    read = api.as_role("approver").get(f"{path}/submission").body
    assert read["submitted_hash"] == submitted.body["submitted_hash"]
    assert (read["from_address"], read["status"]) == ("Gym <news@gym.de>", "pending_review")
    approver = api.as_role("approver", subject="ben")
    approved = approver.post(f"{path}/approve", {"submitted_hash": read["submitted_hash"], "reason": "fine"})
    assert (approved.body["status"], approved.body["approved_by"]) == ("approved", "ben")
    sending = api.as_role("editor").post(f"{path}/send")
    assert (sending.status, sending.body["status"]) == (200, "sending")
    assert len(api.desk.runs.started) == 1
    moves = api.as_role("viewer").get(f"{path}/history").body["items"]
    assert [(move["action"], move["by"]) for move in moves] == [
        ("create", "anna"),
        ("submit", "swarm"),
        ("approve", "ben"),
        ("send", "anna"),
    ]
    assert moves[2]["reason"] == "fine"


@pytest.mark.parametrize("role", ["viewer", "editor", "agent"])
def test_who_is_no_approver_can_neither_approve_nor_reject(api: Api, role: str) -> None:
    path = f"/v1/campaigns/{api.draft()['id']}"
    submitted = api.as_role().post(f"{path}/submit").body["submitted_hash"]
    assert api.as_role(role).post(f"{path}/approve", {"submitted_hash": submitted}).status == 403
    assert api.as_role(role).post(f"{path}/reject", {"feedback": "no"}).status == 403
    assert api.as_role().get(path).body["status"] == "pending_review"


@pytest.mark.parametrize("role", ["viewer", "agent", "platform"])
def test_who_may_not_send_can_not_send_or_stop(api: Api, role: str) -> None:
    path = f"/v1/campaigns/{api.approved()['id']}"
    for action in ("send", "pause", "resume", "cancel", "retry"):
        assert api.as_role(role).post(f"{path}/{action}").status == 403
    assert api.desk.runs.started == []


def test_viewer_and_platform_can_not_write_drafts(api: Api) -> None:
    for role in ("viewer", "approver", "platform"):
        assert api.as_role(role).post("/v1/campaigns", {"name": "x"}).status == 403
    assert api.as_role("platform").get("/v1/campaigns").status == 403


def test_illegal_move_is_409_and_names_what_this_caller_may_do(api: Api) -> None:
    path = f"/v1/campaigns/{api.draft()['id']}"
    for action in ("send", "pause", "resume", "retry"):
        answered = api.as_role().post(f"{path}/{action}")
        assert (answered.status, answered.body["actions"]) == (409, ["edit", "submit", "cancel"])
    answered = api.as_role("approver").post(f"{path}/approve", {"submitted_hash": "0" * 64})
    assert (answered.status, answered.body["actions"]) == (409, ["cancel"])


def test_approval_of_an_older_submission_is_409(api: Api) -> None:
    path, admin = f"/v1/campaigns/{api.draft()['id']}", api.as_role()
    older = admin.post(f"{path}/submit").body["submitted_hash"]
    admin.patch(path, {"content_subject": "Other", "version": 2})
    admin.post(f"{path}/submit")
    assert admin.post(f"{path}/approve", {"submitted_hash": older}).status == 409
    assert admin.post(f"{path}/approve", {"submitted_hash": "x"}).status == 422


def test_rejection_needs_feedback_and_returns_the_draft(api: Api) -> None:
    path, admin = f"/v1/campaigns/{api.draft()['id']}", api.as_role()
    admin.post(f"{path}/submit")
    assert admin.post(f"{path}/reject").status == 422
    assert admin.post(f"{path}/reject", {"feedback": ""}).status == 422
    rejected = admin.post(f"{path}/reject", {"feedback": "wrong price"}).body
    assert (rejected["status"], rejected["feedback"]) == ("draft", "wrong price")


def test_pause_and_cancel_answer_what_is_in_flight(api: Api) -> None:
    path, admin = f"/v1/campaigns/{api.approved()['id']}", api.as_role()
    admin.post(f"{path}/send")
    paused = admin.post(f"{path}/pause", {"reason": "typo"}).body
    assert (paused["status"], paused["pause_reason"]) == ("paused", "typo")
    assert paused["in_flight"] == {"batches": 0, "messages": 0}
    assert admin.post(f"{path}/resume").body["paused_at"] is None
    cancelled = admin.post(f"{path}/cancel", {"reason": "over"}).body
    assert (cancelled["status"], cancelled["actions"]) == ("cancelled", [])
    assert admin.post(f"{path}/send").body["actions"] == []


def test_actions_refuse_unknown_fields_and_stale_versions(api: Api) -> None:
    path, admin = f"/v1/campaigns/{api.approved()['id']}", api.as_role()
    assert admin.post(f"{path}/send", {"force": True}).status == 422
    assert admin.post(f"{path}/send", {"version": 1}).status == 409
    assert admin.post(f"{path}/send", {"version": "3"}).status == 422
    assert admin.post(f"{path}/send", {"version": 3}).status == 200


def test_content_that_can_not_be_sent_is_named_at_submit(api: Api) -> None:
    campaign = api.draft(content_html="<p>No way out</p>", content_subject="")
    answered = api.as_role().post(f"/v1/campaigns/{campaign['id']}/submit")
    assert answered.status == 409
    assert {one["field"] for one in answered.body["findings"]} == {"content_html", "content_subject"}
    assert (answered.body["despite"], answered.body["actions"]) == ([], ["edit", "submit", "cancel"])


def test_scheduled_campaign_is_scheduled_and_unscheduled(api: Api) -> None:
    body = {"type": "scheduled", "scheduled_at": "2027-01-16T09:00", "misfire": {"policy": "skip"}}
    made = api.draft(**body)
    assert (made["scheduled_at"], made["scheduled_timezone"]) == ("2027-01-16T08:00:00.000Z", "Europe/Berlin")
    assert made["misfire"] == {"policy": "skip", "after_seconds": 3_600}
    path = f"/v1/campaigns/{made['id']}"
    submitted = api.as_role("editor").post(f"{path}/submit").body["submitted_hash"]
    api.as_role("approver").post(f"{path}/approve", {"submitted_hash": submitted})
    early = api.as_role("editor").post(f"{path}/send")
    assert (early.status, "to come" in early.body["detail"]) == (409, True)
    scheduled = api.as_role("editor").post(f"{path}/schedule")
    assert (scheduled.status, scheduled.body["status"]) == (200, "scheduled")
    assert api.as_role("viewer").post(f"{path}/unschedule").status == 403
    assert api.as_role("editor").post(f"{path}/unschedule").body["status"] == "approved"
    assert api.as_role("editor").post(f"{path}/unschedule").status == 409
    assert api.as_role("editor", tenant="club").post(f"{path}/schedule").status == 404
