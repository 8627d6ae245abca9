"""Notes of engagement on DynamoDB: large pages, and who changes a note at the same time."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.adapters.dynamodb.members.engagement import DynamoEngagement
from ariia.adapters.dynamodb.members.engagement_notes import EngagementNoteTable
from ariia.domain.errors import TransientError
from ariia.domain.members.member import Engagement

SEEN = {one: Engagement(last_sent_at=7) for one in ("anna", "ben")}


class Client:
    """One table, whose queries give a note at a time, as DynamoDB does with large ones."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        for write in request["RequestItems"]["notes"]:
            if "PutRequest" in write:
                item = write["PutRequest"]["Item"]
                self.items[item["note_id"]["S"]] = item
            else:
                self.items.pop(write["DeleteRequest"]["Key"]["note_id"]["S"], None)
        return {"UnprocessedItems": {}}

    def batch_get_item(self, **_: Any) -> dict[str, Any]:
        return {"Responses": {"members": []}}

    def query(self, **request: Any) -> dict[str, Any]:
        after = request.get("ExclusiveStartKey", {}).get("note_id", {}).get("S", "")
        left = [item for name, item in sorted(self.items.items()) if name > after]
        if not left:
            return {"Items": []}
        return {"Items": left[:1], "LastEvaluatedKey": {"note_id": left[0]["note_id"]}}


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_page_that_ends_early_is_not_the_last(client: Client) -> None:
    store = DynamoEngagement(client, "notes", "members", 1)
    for _ in range(3):
        store.note("t1", SEEN)
    rounds = 1
    while not store.settle("t1", 0):
        rounds += 1
    assert (client.items, rounds) == ({}, 4)


def test_somebody_whose_notes_keep_changing_is_not_told_to_be_forgotten(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DynamoEngagement(client, "notes", "members", 1)
    store.note("t1", SEEN)
    monkeypatch.setattr(EngagementNoteTable, "replace", lambda *_: False)
    with pytest.raises(TransientError):
        store.forget("t1", "anna")
