"""What OneTimeSchedules and DueChecks do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleGroup
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.content.content import Content
from ariia.ports.campaigns import CampaignChange, DueCheck
from ariia.ports.schedules import OneTimeSchedules
from infra.local.ministack import Ministack
from tests.doubles.campaigns import MemoryCampaigns
from tests.doubles.schedules import MemorySchedules

Waiting = Callable[[], dict[str, tuple[str, dict[str, Any]]]]
AT = 4_102_444_800_000  # 2100-01-01
ARN = "arn:aws:states:eu-central-1:000000000000:stateMachine:run"


@pytest.fixture(params=["memory", "scheduler"])
def schedules(request: pytest.FixtureRequest, tenant_id: str) -> Iterator[tuple[OneTimeSchedules, Waiting]]:
    """The port, and what waits: expression and payload by name."""
    if request.param == "memory":
        memory = MemorySchedules()
        yield memory, lambda: {name: (_expression(at), body) for name, (at, body) in memory.waiting.items()}
        return
    emulator: Ministack = request.getfixturevalue("ministack")
    client = boto3.client("scheduler", endpoint_url=emulator.endpoint)
    client.create_schedule_group(Name=tenant_id)

    def waiting() -> dict[str, tuple[str, dict[str, Any]]]:
        names = [one["Name"] for one in client.list_schedules(GroupName=tenant_id)["Schedules"]]
        found = [client.get_schedule(GroupName=tenant_id, Name=name) for name in names]
        for one in found:
            assert (one["ScheduleExpressionTimezone"], one["FlexibleTimeWindow"]["Mode"]) == ("UTC", "OFF")
            assert one["ActionAfterCompletion"] == "DELETE"
        return {one["Name"]: (one["ScheduleExpression"], json.loads(one["Target"]["Input"])) for one in found}

    group = ScheduleGroup(tenant_id, "arn:aws:iam::000000000000:role/r", "arn:aws:sqs:eu-central-1:0:q")
    yield EventBridgeSchedules(client, group, lambda _: ARN), waiting


def _expression(at: int) -> str:
    assert at % 1000 == 0
    return f"at(2100-01-01T00:00:{at // 1000 % 60:02d})"


def test_a_schedule_waits_to_the_second_and_never_fires_early(schedules: tuple[OneTimeSchedules, Waiting]) -> None:
    port, waiting = schedules
    port.create("c1-3", AT, {"campaign_id": "c1"})
    port.create("c2-3", AT + 1, {"campaign_id": "c2"})
    assert waiting() == {
        "c1-3": ("at(2100-01-01T00:00:00)", {"campaign_id": "c1"}),
        "c2-3": ("at(2100-01-01T00:00:01)", {"campaign_id": "c2"}),
    }


def test_making_it_again_and_deleting_it_again_have_no_effect(schedules: tuple[OneTimeSchedules, Waiting]) -> None:
    port, waiting = schedules
    port.create("c1-3", AT, {"campaign_id": "c1"})
    port.create("c1-3", AT + 5_000, {"campaign_id": "other"})
    assert waiting()["c1-3"] == ("at(2100-01-01T00:00:00)", {"campaign_id": "c1"})
    port.delete("c1-3")
    port.delete("c1-3")
    assert waiting() == {}


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryCampaigns()
    request.getfixturevalue("dynamodb_tables")
    return DynamoCampaigns()


def test_notes_come_in_the_order_of_their_instants_until_they_are_dropped(store: Any, tenant_id: str) -> None:
    # Long ago, so that notes of other tests don't come in between.
    notes = [DueCheck(at, tenant_id, f"c{at}", 2) for at in (9, 100, 1_000)]
    for note in reversed(notes):
        campaign = Campaign(note.campaign_id, tenant_id, "Spring")
        assert store.create(CampaignChange(campaign, Content(), Target(), check=note))
    assert store.due(1_000, None, 10) == notes[:2]
    assert store.due(1_001, None, 2) == notes[:2]
    assert store.due(1_001, notes[1], 10) == notes[2:]
    store.drop(notes[0])
    store.drop(notes[0])
    assert store.due(1_001, None, 10) == notes[1:]
    for note in notes:
        store.drop(note)


def test_a_note_is_written_with_its_change_or_not_at_all(store: Any, tenant_id: str) -> None:
    campaign = Campaign("c1", tenant_id, "Spring")
    assert store.create(CampaignChange(campaign, Content(), Target()))
    stale = store.get(tenant_id, "c1")
    assert store.save(CampaignChange(campaign))
    assert not store.save(CampaignChange(stale, check=DueCheck(1, tenant_id, "c1", 2)))
    assert store.due(2, None, 10) == []
