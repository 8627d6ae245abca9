"""Campaigns in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from ariia.domain.audience.selected_ids import without_member
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.content import Content
from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import FIRST_CONTAINER
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Member
from ariia.ports.campaigns import DRAFT, CampaignChange, CampaignStore, DueCheck, DueChecks


class MemoryCampaigns(CampaignStore, DueChecks):
    """Forgets at exit. Everything rests as JSON text, so that nothing is shared with callers."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], tuple[int, str]] = {}
        self._parts: dict[tuple[str, str, str], str] = {}
        self._moves: dict[tuple[str, str], list[str]] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._checks: set[DueCheck] = set()

    def get(self, tenant_id: str, campaign_id: str) -> Campaign | None:
        record = self._records.get((tenant_id, campaign_id))
        return decode(Campaign, json.loads(record[1])) if record else None

    def create(self, change: CampaignChange, claim: str | None = None) -> bool:
        campaign = change.campaign
        campaign.version = 1
        if (campaign.tenant_id, campaign.id) in self._records or (campaign.tenant_id, claim) in self._claims:
            return False
        if claim is not None:
            self._claims[campaign.tenant_id, claim] = campaign.id
        self._write(change)
        return True

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        return self._claims.get((tenant_id, claim))

    def save(self, change: CampaignChange) -> bool:
        campaign = change.campaign
        stored = self._records.get((campaign.tenant_id, campaign.id))
        if stored is None or stored[0] != campaign.version:
            return False
        campaign.version += 1
        self._write(change)
        return True

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Campaign]:
        ids = sorted(
            (key[1] for key in self._records if key[0] == tenant_id and key[1] < FIRST_CONTAINER), reverse=True
        )
        wanted = [one for one in ids if after is None or one < after][:limit]
        return [decode(Campaign, json.loads(self._records[tenant_id, one][1])) for one in wanted]

    def content(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Content:
        return decode(Content, self._part(tenant_id, campaign_id, f"content#{part}"))

    def target(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Target:
        return decode(Target, self._part(tenant_id, campaign_id, f"target#{part}"))

    def message(self, tenant_id: str, message: MessageRef) -> Content:
        return self.content(tenant_id, message.owner, message.hash)

    def keep_message(self, tenant_id: str, message: MessageRef, content: Content) -> None:
        self._parts.setdefault((tenant_id, message.owner, f"content#{message.hash}"), json.dumps(encode(content)))

    def create_container(self, container: Dispatch, test_recipients: Sequence[Member] = ()) -> bool:
        key = (container.tenant_id, container.id)
        container.version = 1
        if key in self._records:
            return False
        self._records[key] = (1, json.dumps(encode(container)))
        self._parts |= {(*key, f"recipient#{one.id}"): json.dumps(encode(one)) for one in test_recipients}
        return True

    def save_container(self, container: Dispatch) -> bool:
        key = (container.tenant_id, container.id)
        stored = self._records.get(key)
        if stored is None or stored[0] != container.version:
            return False
        container.version += 1
        self._records[key] = (container.version, json.dumps(encode(container)))
        return True

    def test_recipients(self, tenant_id: str, campaign_id: str, ids: Sequence[str]) -> dict[str, Member]:
        found = {one: self._parts.get((tenant_id, campaign_id, f"recipient#{one}")) for one in ids}
        return {one: decode(Member, json.loads(text)) for one, text in found.items() if text is not None}

    def remove_test_recipients(self, tenant_id: str, campaign_id: str, ids: Sequence[str]) -> None:
        for one in ids:
            self._parts.pop((tenant_id, campaign_id, f"recipient#{one}"), None)

    def remove_container(self, tenant_id: str, container_id: str) -> None:
        place = (tenant_id, container_id)
        self._parts = {key: text for key, text in self._parts.items() if key[:2] != place}
        self._moves.pop(place, None)
        self._records.pop(place, None)

    def replace_in_targets(self, tenant_id: str, campaign_id: str, member_id: str, replacement: str) -> int:
        changed = 0
        for key, text in self._parts.items():
            if key[:2] == (tenant_id, campaign_id) and key[2].startswith("target#"):
                before = decode(Target, json.loads(text))
                after = without_member(before, member_id, replacement)
                self._parts[key] = json.dumps(encode(after))
                changed += after is not before
        return changed

    def history(self, tenant_id: str, campaign_id: str) -> list[Move]:
        return [decode(Move, json.loads(text)) for text in self._moves.get((tenant_id, campaign_id), [])]

    def due(self, before: int, after: DueCheck | None, limit: int) -> list[DueCheck]:
        wanted = sorted((one for one in self._checks if one.at < before), key=astuple)
        return [one for one in wanted if after is None or astuple(one) > astuple(after)][:limit]

    def drop(self, check: DueCheck) -> None:
        self._checks.discard(check)

    def _write(self, change: CampaignChange) -> None:
        campaign = change.campaign
        key = (campaign.tenant_id, campaign.id)
        self._records[key] = (campaign.version, json.dumps(encode(campaign)))
        parts: dict[str, Any] = {f"content#{DRAFT}": change.content, f"target#{DRAFT}": change.target}
        if change.frozen is not None:
            name, content, target = change.frozen
            parts |= {f"content#{name}": content, f"target#{name}": target}
        for part, value in parts.items():
            if value is not None:
                self._parts[*key, part] = json.dumps(encode(value))
        if change.check is not None:
            self._checks.add(change.check)
        self._moves.setdefault(key, []).extend(json.dumps(encode(move)) for move in change.moves)

    def _part(self, tenant_id: str, campaign_id: str, part: str) -> Any:
        text = self._parts.get((tenant_id, campaign_id, part))
        if text is None:
            raise NotFoundError(f"the campaign has no {part.partition('#')[0]} of this version")
        return json.loads(text)
