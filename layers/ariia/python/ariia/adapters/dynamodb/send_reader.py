"""The last look before a call: campaign and members in ONE strongly consistent BatchGetItem."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ariia.domain.campaign import Campaign, Content
from ariia.domain.documents import decode
from ariia.domain.member import Member

from .client import Item, batch_get, passing_faults, text


class DynamoSendReader:
    """Reads what a send needs. Frozen content never changes, so it is kept for the life of the process."""

    def __init__(self, client: Any, *, campaigns: str, parts: str, members: str) -> None:
        self._client, self._campaigns, self._parts, self._members = client, campaigns, parts, members
        self._contents: dict[tuple[str, str], Content] = {}

    def campaign(self, tenant_id: str, campaign_id: str) -> Campaign | None:
        """See the port."""
        with passing_faults():
            answer = self._client.get_item(TableName=self._campaigns, Key=_campaign_key(tenant_id, campaign_id))
        return _campaign(answer.get("Item"))

    def campaign_and_members(
        self, tenant_id: str, campaign_id: str, shard: int, member_ids: Sequence[str]
    ) -> tuple[Campaign | None, dict[str, Member]]:
        """See the port."""
        shard_key = text(f"{tenant_id}#{shard}")
        keys = [{"shard_key": shard_key, "member_id": text(one)} for one in member_ids]
        found = batch_get(
            self._client,
            {
                self._campaigns: {"Keys": [_campaign_key(tenant_id, campaign_id)], "ConsistentRead": True},
                self._members: {"Keys": keys, "ConsistentRead": True},
            },
        )
        members = (_member(item) for item in found[self._members])
        campaigns = found[self._campaigns]
        return _campaign(campaigns[0] if campaigns else None), {member.id: member for member in members}

    def content(self, campaign: Campaign) -> Content | None:
        """See the port."""
        place = (campaign.key, campaign.approved_hash or "")
        if place not in self._contents:
            key = {"campaign_key": text(campaign.key), "part": text(f"content#{campaign.approved_hash}")}
            with passing_faults():
                item = self._client.get_item(TableName=self._parts, Key=key, ConsistentRead=True).get("Item")
            if item is None:
                return None
            self._contents = dict(list(self._contents.items())[-15:])
            self._contents[place] = decode(Content, json.loads(item["document"]["S"]))
        return self._contents[place]


def _campaign_key(tenant_id: str, campaign_id: str) -> Item:
    return {"tenant_id": text(tenant_id), "campaign_id": text(campaign_id)}


def _campaign(item: Item | None) -> Campaign | None:
    if item is None:
        return None
    campaign = decode(Campaign, json.loads(item["document"]["S"]))
    campaign.version = int(item["version"]["N"])
    return campaign


def _member(item: Item) -> Member:
    member = decode(Member, json.loads(item["document"]["S"]))
    member.version = int(item["version"]["N"])
    return member
