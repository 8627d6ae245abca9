"""The eligibility check before a call: campaign and members in ONE strongly consistent BatchGetItem."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from ariia.adapters.dynamodb.client import Item, batch_get, passing_faults, text
from ariia.adapters.dynamodb.members.recent_sends import sends_from_text
from ariia.adapters.dynamodb.names import STAND_IN
from ariia.domain.content.content import Content
from ariia.domain.documents import decode
from ariia.domain.ledger.containers import DispatchKind, traits_of
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Consent, Member, Suppression
from ariia.domain.members.test_recipients import address_place, as_known
from ariia.ports.send_reader import SendReader

# The document holds its version too: one attribute of 51 items to parse instead of four.
_DOCUMENT = {
    "ConsistentRead": True,
    "ProjectionExpression": "#document",
    "ExpressionAttributeNames": {"#document": "document"},
}
_MEMBER = {**_DOCUMENT, "ProjectionExpression": "#document, recent_sends"}
_ADDRESS = {"ConsistentRead": True, "ProjectionExpression": "address_key, suppression, withdrawal"}
# The early look may be this old: who finds it outdated is told so by the consistent read before the call.
_MOMENT_SECONDS = 5.0


class DynamoSendReader(SendReader):
    """Reads what a send needs. A message never changes, so it is kept for the life of the process; a dispatch that
    was sending a moment ago is not read again for the early look."""

    def __init__(self, client: Any, *, campaigns: str, parts: str, members: str, addresses: str) -> None:
        self._client, self._campaigns, self._parts = client, campaigns, parts
        self._members, self._addresses = members, addresses
        self._contents: dict[tuple[str, MessageRef], Content] = {}
        self._sending: dict[tuple[str, str], tuple[Dispatch, float]] = {}

    def dispatch(self, tenant_id: str, dispatch_id: str) -> Dispatch | None:
        campaign, seen = self._sending.get((tenant_id, dispatch_id), (None, 0.0))
        if campaign is not None and time.monotonic() - seen < _MOMENT_SECONDS:
            return campaign
        with passing_faults():
            answer = self._client.get_item(TableName=self._campaigns, Key=_campaign_key(tenant_id, dispatch_id))
        return self._noted((tenant_id, dispatch_id), answer.get("Item"))

    def dispatch_and_members(
        self, tenant_id: str, dispatch_id: str, kind: DispatchKind, shard: int, member_ids: Sequence[str]
    ) -> tuple[Dispatch | None, dict[str, Member]]:
        if traits_of(kind).to_test_recipients:
            return self._dispatch_and_test_recipients(tenant_id, dispatch_id, member_ids)
        shard_key = text(f"{tenant_id}#{shard}")
        keys = [{"shard_key": shard_key, "member_id": text(one)} for one in member_ids]
        found = batch_get(
            self._client,
            {
                self._campaigns: {"Keys": [_campaign_key(tenant_id, dispatch_id)], **_DOCUMENT},
                self._members: {"Keys": keys, **_MEMBER},
            },
        )
        members = map(_member, found[self._members])
        campaigns = found[self._campaigns]
        campaign = self._noted((tenant_id, dispatch_id), campaigns[0] if campaigns else None)
        return campaign, {member.id: member for member in members}

    def _dispatch_and_test_recipients(
        self, tenant_id: str, campaign_id: str, ids: Sequence[str]
    ) -> tuple[Dispatch | None, dict[str, Member]]:
        """Recipients who are no members: the container's own parts, and what is known of their addresses."""
        places = {one: "#".join((tenant_id, *address_place(one))) for one in ids}
        parts = [{"campaign_key": text(f"{tenant_id}#{campaign_id}"), "part": text(STAND_IN + one)} for one in ids]
        found = batch_get(
            self._client,
            {
                self._campaigns: {"Keys": [_campaign_key(tenant_id, campaign_id)], **_DOCUMENT},
                self._parts: {"Keys": parts, **_DOCUMENT},
                self._addresses: {"Keys": [{"address_key": text(one)} for one in places.values()], **_ADDRESS},
            },
        )
        known = {item["address_key"]["S"]: item for item in found[self._addresses]}
        stored = [decode(Member, json.loads(item["document"]["S"])) for item in found[self._parts]]
        campaigns = found[self._campaigns]
        campaign = self._noted((tenant_id, campaign_id), campaigns[0] if campaigns else None)
        return campaign, {one.id: _as_known(one, known.get(places[one.id], {})) for one in stored}

    def message(self, tenant_id: str, message: MessageRef) -> Content | None:
        place = (tenant_id, message)
        if place not in self._contents:
            key = {"campaign_key": text(f"{tenant_id}#{message.owner}"), "part": text(f"content#{message.hash}")}
            with passing_faults():
                item = self._client.get_item(TableName=self._parts, Key=key, ConsistentRead=True).get("Item")
            if item is None:
                return None
            self._contents = dict(list(self._contents.items())[-15:])
            self._contents[place] = decode(Content, json.loads(item["document"]["S"]))
        return self._contents[place]

    def _noted(self, place: tuple[str, str], item: Item | None) -> Dispatch | None:
        campaign = decode(Dispatch, json.loads(item["document"]["S"])) if item else None
        self._sending.pop(place, None)
        if campaign is not None and campaign.is_sendable:
            self._sending = dict(list(self._sending.items())[-15:])
            self._sending[place] = (campaign, time.monotonic())
        return campaign


def _campaign_key(tenant_id: str, campaign_id: str) -> Item:
    return {"tenant_id": text(tenant_id), "campaign_id": text(campaign_id)}


def _member(item: Item) -> Member:
    member = decode(Member, json.loads(item["document"]["S"]))
    if "recent_sends" in item:
        member.recent_sends = list(sends_from_text(item["recent_sends"]["S"]))
    return member


def _as_known(test_recipient: Member, address: Item) -> Member:
    suppression, withdrawal = (_word(address, name) for name in ("suppression", "withdrawal"))
    return as_known(
        test_recipient,
        decode(Suppression, suppression) if suppression else None,
        decode(Consent, withdrawal) if withdrawal else None,
    )


def _word(address: Item, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(address[name]["S"]) if "S" in address.get(name, {}) else None
    return found
