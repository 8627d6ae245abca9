"""Follow-ups on the deployed stacks: from the chat's request to the member's inbox, once."""

from __future__ import annotations

from infra.local.providers.client import SimulatorClient
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

# The schedule is made half a minute ahead at least, and the emulator looks every ten seconds.
_SECONDS = 150.0


def _of_the_tenant(tenant: Tenant, provider: SimulatorClient) -> list[str]:
    return sorted(one.tags["member"] for one in provider.messages({"tenant": tenant.id}))


def test_those_due_go_out_once_and_what_was_cancelled_does_not(tenant: Tenant, provider: SimulatorClient) -> None:
    members = tenant.has_people(6)
    made = {one: tenant.follows_up(one, 2) for one in members}
    event = {"id": "reply-1", "name": "member_replied", "member_id": "m0000"}
    assert tenant.api.post("/v1/events", event, "agent")["cancelled_follow_ups"] == [made["m0000"]["id"]]
    stopped = tenant.api.post(f"/v1/follow-ups/{made['m0001']['id']}/cancel", {}, "agent")
    assert stopped["status"] == "cancelled"
    due = members[2:]

    eventually(lambda: _of_the_tenant(tenant, provider) == due, "all that are due are sent", _SECONDS, every=2)
    provider.wait_until_quiet(45)
    assert _of_the_tenant(tenant, provider) == due
    assert {tenant.api.get(f"/v1/follow-ups/{made[one]['id']}")["status"] for one in due} == {"sent"}
    [message] = [one for one in provider.messages({"tenant": tenant.id}) if one.tags["member"] == due[0]]
    text = str(provider.message(message.message_id))
    assert "how is the knee?" in text
    path = f"/v1/follow-ups/{made[due[0]]['id']}"
    delivered = eventually(
        lambda: (tenant.api.get(path)["delivery"] or {}).get("status") == "delivered", "its delivery is read", 60
    )
    assert delivered
    assert tenant.api.get("/v1/follow-ups?member_id=m0000")["items"][0]["status_reason"] == "member_replied"
    settled = eventually(
        lambda: tenant.api.get("/v1/follow-ups/stats")["sent"] == len(due), "the figures count them", 90, every=1
    )
    assert settled
