"""The walk of an erasure through all campaigns: their targets, their ledgers, and what else was kept about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.campaigns.campaign import Campaign
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Chance
from ariia.ports.personal_data import Erasing, Found, piece_of
from ariia.services.campaigns.erasing_ledger import LedgerEraser

_PAGE = 25


class CampaignTraces(Protocol):
    """What another room keeps about a campaign, and may show the member in."""

    def erase(self, tenant_id: str, campaign_id: str, member_id: str) -> None:
        """Removes what shows the member; repeating it changes nothing."""
        ...


class CampaignsStep:
    """Every campaign's ledger, the lists in its targets, and the traces that other rooms keep about it. A campaign in
    which a sender holds the member is noted in `later`, so that nothing else waits for it."""

    name = "campaigns"
    tables = ("ledger",)

    def __init__(
        self, campaigns: CampaignStore, ledger: LedgerEraser, chance: Chance, traces: Sequence[CampaignTraces]
    ) -> None:
        self._campaigns, self._ledger, self._chance, self._traces = campaigns, ledger, chance, traces

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep."""
        page = self._campaigns.page(erasure.tenant_id, _PAGE, erasure.after)
        some, end, is_last = piece_of(page, _PAGE, erasure, lambda one: one.id)
        counts = {"recipients": 0, "receipts": 0}
        for campaign in some:
            traces = self._ledger.find(campaign, erasure.who)
            counts["recipients"] += traces.recipients
            counts["receipts"] += traces.receipts
        return Found(some, {kind: number for kind, number in counts.items() if number}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for campaign in found.items:
            if not self.erase_one(erasure, campaign) and campaign.id not in erasure.later:
                erasure.later.append(campaign.id)
        return None

    def erase_one(self, erasure: Erasing, campaign: Campaign) -> bool:
        """Takes the member out of one campaign; False while a sender holds them."""
        tenant_id, hashes = erasure.tenant_id, [one.partition("#")[2] for one in erasure.addresses]
        self._campaigns.replace_in_targets(tenant_id, campaign.id, erasure.who, f"erased-{self._chance.token()}")
        for one in self._traces:
            one.erase(tenant_id, campaign.id, erasure.who)
        return self._ledger.erase(campaign, erasure.who, hashes)


class HeldStep:
    """The campaigns in which a sender held the member: looked at again until nobody does."""

    name = "held"
    # The same as CampaignsStep, once more.
    tables = ()

    def __init__(self, campaigns: CampaignStore, step: CampaignsStep) -> None:
        self._campaigns, self._step = campaigns, step

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. They are counted."""
        found = (self._campaigns.get(erasure.tenant_id, one) for one in erasure.later)
        return Found([campaign for campaign in found if campaign is not None])

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        held = [campaign.id for campaign in found.items if not self._step.erase_one(erasure, campaign)]
        erasure.later[:] = held
        return f"senders that hold the member in {len(held)} campaigns" if held else None
