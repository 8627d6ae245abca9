"""Where campaigns rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.content.content import Content
from ariia.ports.ledger.dispatches import DispatchStore

DRAFT = "draft"


@dataclass(frozen=True)
class DueCheck:
    """A note to look, from `at` (epoch ms) on, whether what was scheduled under `epoch` has happened."""

    at: int
    tenant_id: str
    campaign_id: str
    epoch: int


@dataclass(frozen=True)
class CampaignChange:
    """Everything that changes together: the control record, its parts, the history entries and a note to check it."""

    campaign: Campaign
    content: Content | None = None
    target: Target | None = None
    frozen: tuple[str, Content, Target | None] | None = None
    moves: Sequence[Move] = ()
    check: DueCheck | None = None


class DueChecks(Protocol):
    """The notes of all tenants, in the order of their instants. A note is written with the change that needs it."""

    def due(self, before: int, after: DueCheck | None, limit: int) -> list[DueCheck]:
        """Up to `limit` notes for instants before `before` (epoch ms), behind the note `after`."""
        ...

    def drop(self, check: DueCheck) -> None:
        """Removes a note; one that is gone stays gone."""
        ...


class CampaignStore(DispatchStore, Protocol):
    """Campaigns of a tenant with their parts and their history."""

    def get(self, tenant_id: str, campaign_id: str) -> Campaign | None:
        """The control record, strongly consistent; None when the tenant has no such one. Of a container, only what it
        shares with campaigns says anything."""
        ...

    def create(self, change: CampaignChange, claim: str | None = None) -> bool:
        """Stores a new campaign with version 1, and with it that `claim` (an id of the client's making) stands for it.
        False when the campaign's id or the claim is taken; nothing is written then."""
        ...

    def claimed(self, tenant_id: str, claim: str) -> str | None:
        """The id of the campaign that was created under `claim`; None when none was."""
        ...

    def save(self, change: CampaignChange) -> bool:
        """Stores the change if the stored version is the campaign's own, and raises `campaign.version` by one.
        False when somebody else was faster; nothing is written then."""
        ...

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[Campaign]:
        """Up to `limit` campaigns, newest first, behind the id `after`. Containers of single messages are left out."""
        ...

    def content(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Content:
        """The draft content, or the frozen one of that submitted hash; NotFoundError when there is none."""
        ...

    def target(self, tenant_id: str, campaign_id: str, part: str = DRAFT) -> Target:
        """The draft target, or the frozen one of that submitted hash; NotFoundError when there is none."""
        ...

    def replace_in_targets(self, tenant_id: str, campaign_id: str, member_id: str, replacement: str) -> int:
        """Puts `replacement` where targets of the campaign, draft and frozen, list this member; in how many they did.
        TransientError: do it again."""
        ...

    def history(self, tenant_id: str, campaign_id: str) -> list[Move]:
        """Every move, oldest first."""
        ...
