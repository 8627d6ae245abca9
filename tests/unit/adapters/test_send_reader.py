"""The early look may be a moment old while a campaign sends, and never longer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ariia.adapters.dynamodb.ledger import send_reader
from ariia.adapters.dynamodb.ledger.send_reader import DynamoSendReader
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.documents import encode
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.status import CampaignStatus
from tests.builders import NOW, TENANT, any_campaign


class Client:
    """Answers with one campaign and counts the reads."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign, self.reads = campaign, 0

    def get_item(self, **request: Any) -> dict[str, Any]:
        self.reads += 1
        return {"Item": self._item()}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        return {"Responses": {"campaigns": [self._item()], "members": []}}

    def _item(self) -> dict[str, Any]:
        return {"document": {"S": json.dumps(encode(self.campaign))}}


class Seconds:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    clock = Seconds()
    monkeypatch.setattr(send_reader, "time", clock)
    return clock


def reader_of(campaign: Campaign) -> tuple[DynamoSendReader, Client]:
    client = Client(campaign)
    return DynamoSendReader(
        client, campaigns="campaigns", parts="parts", members="members", addresses="addresses"
    ), client


def test_a_campaign_that_sends_is_not_read_again_within_five_seconds(seconds: Seconds) -> None:
    reader, client = reader_of(any_campaign(status=CampaignStatus.SENDING))
    for wait in (0.0, 4.9):
        seconds.now += wait
        assert reader.dispatch(TENANT, "spring") is not None
    assert client.reads == 1
    seconds.now += 0.2
    reader.dispatch(TENANT, "spring")
    assert client.reads == 2


def test_a_campaign_that_may_not_send_is_read_each_time(seconds: Seconds) -> None:
    reader, client = reader_of(any_campaign(status=CampaignStatus.SENDING, paused_at=NOW))
    reader.dispatch(TENANT, "spring")
    reader.dispatch(TENANT, "spring")
    assert client.reads == 2


def test_a_pause_seen_by_the_consistent_look_ends_the_remembering(seconds: Seconds) -> None:
    reader, client = reader_of(any_campaign(status=CampaignStatus.SENDING))
    reader.dispatch(TENANT, "spring")
    client.campaign = any_campaign(status=CampaignStatus.SENDING, paused_at=NOW)
    reader.dispatch_and_members(TENANT, "spring", DispatchKind.CAMPAIGN, 0, ["anna"])
    found = reader.dispatch(TENANT, "spring")
    assert found is not None
    assert not found.is_sendable
