"""The last look before a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.campaigns.campaign import Campaign, Content
from ariia.domain.members.member import Member


class SendReader(Protocol):
    """The last look before a call."""

    def campaign(self, tenant_id: str, campaign_id: str) -> Campaign | None:
        """The campaign as it was a moment ago: enough to drop the messages of a paused one early."""
        ...

    def campaign_and_members(
        self, tenant_id: str, campaign_id: str, shard: int, member_ids: Sequence[str]
    ) -> tuple[Campaign | None, dict[str, Member]]:
        """The campaign and those members, from one strongly consistent read; missing ones are left out."""
        ...

    def content(self, campaign: Campaign) -> Content | None:
        """The frozen content that was approved; None when it is gone."""
        ...
