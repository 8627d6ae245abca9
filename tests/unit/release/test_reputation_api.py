"""A campaign that paused itself for its reputation, over HTTP."""

from __future__ import annotations

from typing import Any

from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.reputation import ReputationFacts, ReputationState
from ariia.ports.campaigns import CampaignChange
from ariia.services.campaigns.runs import CampaignRuns
from tests.unit.campaigns.campaign_clients import Api

REASON = "10 hard bounces of 200 messages sent (5.00%); the limit is 5.00%"


def paused(api: Api) -> str:
    """The path of a campaign that its guard has paused."""
    path = f"/v1/campaigns/{api.approved()['id']}"
    assert api.as_role().post(f"{path}/send").status == 200
    campaign = api.desk.campaigns.get("gym", path.rpartition("/")[2])
    state = ReputationState(ReputationFacts(200, 10, 0), awaits_resume=True)
    runs = CampaignRuns(api.desk.store, api.desk.clock)
    assert runs.pause(campaign, REASON, cause=PauseCause.REPUTATION, reputation=state)
    return path


def test_campaign_says_why_it_paused_itself() -> None:
    api = Api()
    read = api.as_role("viewer").get(paused(api)).body
    assert (read["status"], read["pause_cause"], read["pause_reason"]) == ("paused", "reputation", REASON)
    assert read["paused_at"] is not None


def test_only_an_admin_resumes_it_and_only_with_a_reason_which_is_in_the_history() -> None:
    api = Api()
    path = paused(api)
    reason = {"reason": "The addresses of the old system are gone from the list"}
    for role in ("editor", "approver"):
        refused = api.as_role(role).post(f"{path}/resume", reason)
        assert (refused.status, "admin" in refused.body["detail"]) == (403, True)
    for body in (None, {"reason": "  "}):
        refused = api.as_role("admin").post(f"{path}/resume", body)
        assert (refused.status, refused.body["problems"][0]["field"]) == (422, "reason")
    resumed = api.as_role("admin", subject="carla").post(f"{path}/resume", reason)
    assert resumed.status == 200, resumed.body
    assert (resumed.body["paused_at"], resumed.body["pause_cause"]) == (None, None)
    moves: list[dict[str, Any]] = api.as_role().get(f"{path}/history").body["items"][-2:]
    assert [(move["action"], move["by"], move["reason"]) for move in moves] == [
        ("allow", "carla", reason["reason"]),
        ("resume", "carla", reason["reason"]),
    ]


def test_campaign_that_a_person_paused_is_resumed_by_an_editor_without_a_reason() -> None:
    api = Api()
    path = f"/v1/campaigns/{api.approved()['id']}"
    api.as_role().post(f"{path}/send")
    api.as_role("editor").post(f"{path}/pause")
    assert api.as_role("editor").post(f"{path}/resume").status == 200


def test_parked_campaign_says_so_only_while_it_sends() -> None:
    api = Api()
    path = f"/v1/campaigns/{api.approved()['id']}"
    api.as_role().post(f"{path}/send")
    campaign = api.desk.campaigns.get("gym", path.rpartition("/")[2])
    now = api.desk.clock.now()
    campaign.parked_at, campaign.parked_reason, campaign.parked_until = now, "the quota is used up", now + 86_400_000
    assert api.desk.store.save(CampaignChange(campaign))
    assert api.as_role().get(path).body["parked"] == {
        "since": "2027-01-15T08:00:00.000Z",
        "reason": "the quota is used up",
        "until": "2027-01-16T08:00:00.000Z",
    }
    api.as_role().post(f"{path}/pause")
    assert api.as_role().get(path).body["parked"] is None
