"""`actions` are held against what the operations really answer: in every state, for every role, each is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, get_args

import pytest

from ariia.domain.campaigns.findings import ACCEPTABLE
from functions.api.campaigns.action_schemas import DespiteName
from functions.api.gate.actions import CAMPAIGN, FOLLOW_UP, SERIES
from functions.api.gate.auth import Permission, Role
from functions.api.operations import all_operations
from tests.unit.campaigns.action_states import CAMPAIGNS, FOLLOW_UPS, SERIES_STATES, Api

ROLES = [Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.ADMIN, Role.AGENT]
# Beside the moves, these act on a campaign; they change no status, and no status is needed for them.
NO_MOVES = {"preflight", "test-send", "stats/recount"}
PATHS = {
    "/v1/campaigns/<campaign_id>": CAMPAIGN,
    "/v1/series/<series_id>": SERIES,
    "/v1/follow-ups/<follow_up_id>": FOLLOW_UP,
}
NAMES = {"": "edit", "decisions": "decide"}


@pytest.mark.parametrize("state", CAMPAIGNS, ids=lambda one: one.__name__)
def test_actions_of_a_campaign_are_what_its_operations_take(state: Callable[[], Api]) -> None:
    _walk(state, CAMPAIGN)


@pytest.mark.parametrize("state", SERIES_STATES, ids=lambda one: one.__name__)
def test_actions_of_a_series_are_what_its_operations_take(state: Callable[[], Api]) -> None:
    _walk(state, SERIES)


@pytest.mark.parametrize("state", FOLLOW_UPS, ids=lambda one: one.__name__)
def test_actions_of_a_follow_up_are_what_its_operations_take(state: Callable[[], Api]) -> None:
    _walk(state, FOLLOW_UP)


def _walk(state: Callable[[], Api], permissions: Mapping[str, Permission]) -> None:
    api, seen = state(), set[str]()
    for role in ROLES:
        for name in permissions:
            before = api.read(role)
            answered = api.act(role, name)
            told = f"{role} {name} of one that is {before['status']}: {answered.status} {answered.body}"
            if name in before["actions"]:
                assert answered.status == 200, told
                seen.add(name)
                api = state()
            elif answered.status == 200:
                after = api.read(role)
                assert after["version"] == before["version"], f"{told}: it is no action, and changed something"
            else:
                assert answered.status in (403, 409), told
                assert api.read(role) == before, told
                if answered.status == 409:
                    assert answered.body["actions"] == before["actions"], told
    everybody = {name for role in ROLES for name in api.read(role)["actions"]}
    assert everybody == seen, "an action that nobody can take"


@pytest.mark.parametrize("prefix", PATHS)
def test_actions_are_for_those_whom_their_operations_are_for(prefix: str) -> None:
    declared = dict(_declared(prefix))
    assert declared == dict(PATHS[prefix])


def _declared(prefix: str) -> Iterator[tuple[str, Permission | None]]:
    for operation in all_operations():
        path, _, name = operation.path.partition(prefix)
        if path or operation.method == "GET" or not operation.path.startswith(prefix):
            continue
        name = name.removeprefix("/")
        if name not in NO_MOVES:
            yield NAMES.get(name, name), operation.permission


def test_what_may_be_accepted_is_what_the_request_takes() -> None:
    assert set(get_args(DespiteName)) == set(ACCEPTABLE)


def test_roles_are_all_that_see_campaigns() -> None:
    assert {*ROLES, Role.CONNECTOR, Role.PLATFORM} == set(Role)


def _listed(api: Api, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.client(Role.VIEWER).get(f"/v1/campaigns?{query}").body["items"]
    return found


def test_paused_campaigns_are_found_as_paused_and_not_as_sending() -> None:
    paused = next(one for one in CAMPAIGNS if one.__name__ == "paused_with_something_out")()
    sending = next(one for one in CAMPAIGNS if one.__name__ == "sending")()
    for api, shown, other in ((paused, "paused", "sending"), (sending, "sending", "paused")):
        assert [one["id"] for one in _listed(api, f"status={shown}")] == [api.id]
        assert _listed(api, f"status={other}") == []
        assert [one["status"] for one in _listed(api, "limit=10")] == [shown]


def test_every_place_that_shows_a_campaign_shows_it_paused() -> None:
    api = next(one for one in CAMPAIGNS if one.__name__ == "paused_with_something_out")()
    viewer = api.client(Role.VIEWER)
    for path in (api.path, f"{api.path}/stats", f"{api.path}/submission"):
        assert viewer.get(path).body["status"] == "paused", path
    moves = viewer.get(f"{api.path}/history").body["items"]
    assert (moves[-1]["action"], moves[-1]["before"], moves[-1]["after"]) == ("pause", "sending", "paused")


def test_updated_at_moves_with_the_version() -> None:
    api = next(one for one in CAMPAIGNS if one.__name__ == "draft")()
    seen = [_stamp(api)]
    for name in ("edit", "submit", "approve", "send", "pause", "resume", "cancel"):
        api.clock.advance(1)
        assert api.act(Role.ADMIN, name).status == 200, name
        seen.append(_stamp(api))
    assert all(version < later and at < after for (version, at), (later, after) in pairwise(seen))


def _stamp(api: Api) -> tuple[int, str]:
    shown = api.read(Role.VIEWER)
    return shown["version"], shown["updated_at"]
