"""Unsubscribing from a message, by the mailbox provider's one click (RFC 8058) or by the button on our page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ariia.domain.channel import Channel
from ariia.domain.errors import NotFoundError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import EventKind, Receipt
from ariia.domain.links import LinkClaims, verify
from ariia.domain.sending.message import UNSUBSCRIBE
from ariia.ports.campaigns import CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Partition, ReceiptKey, ReceiptLedger
from ariia.ports.members.members import ErasureMarks, MemberScan
from ariia.ports.signing import SigningKeys
from ariia.ports.tenants import TenantStore

ONE_CLICK, PAGE = "one_click", "page"


class Withdrawals(Protocol):
    """Takes a member's consent back."""

    def withdraw(self, tenant_id: str, member_id: str, channel: Channel, source: str, at: int) -> object:
        """Denies `channel` from `at` (epoch ms) on for everybody of the tenant who has this member's address there;
        repeating it changes nothing. NotFoundError when there is no such member."""
        ...


@dataclass(frozen=True)
class Invitation:
    """What the page may say to the holder of the link: nothing about the member but the language."""

    tenant_name: str
    language: str
    channel: Channel


class Unsubscribes:
    """Use cases behind the unsubscribe link. The token is the only authority: no login, no cookie."""

    def __init__(
        self,
        keys: SigningKeys,
        tenants: TenantStore,
        members: MemberScan,
        campaigns: CampaignStore,
        ledger: ReceiptLedger,
        withdrawals: Withdrawals,
        clock: Clock,
        erasures: ErasureMarks,
    ) -> None:
        self._erasures = erasures
        self._keys, self._tenants, self._members = keys, tenants, members
        self._campaigns, self._ledger, self._withdrawals, self._clock = campaigns, ledger, withdrawals, clock

    def look(self, token: str) -> Invitation:
        """What to show; changes nothing. NotFoundError for a link that we did not make."""
        return self._invitation(self._claims(token))

    def unsubscribe(self, token: str, source: str) -> Invitation:
        """Takes the consent back and notes it for the campaign's figures; repeating it changes nothing. A member erased
        meanwhile gets nothing anyway. NotFoundError for a link that we did not make."""
        claims = self._claims(token)
        invitation = self._invitation(claims)
        now = self._clock.now()
        try:
            self._withdrawals.withdraw(claims.tenant_id, claims.member_id, invitation.channel, source, now)
        except NotFoundError:
            return invitation
        self.note(claims, now)
        return invitation

    def _claims(self, token: str) -> LinkClaims:
        return verify(self._keys.key(), UNSUBSCRIBE, token)

    def _invitation(self, claims: LinkClaims) -> Invitation:
        tenant = self._tenants.get(claims.tenant_id)
        if tenant is None:
            raise NotFoundError("this link is not valid")
        member = self._members.get_many(claims.tenant_id, [claims.member_id]).get(claims.member_id)
        language = (member.language if member else None) or tenant.language
        return Invitation(tenant.name, language, Channel(claims.channel))

    def note(self, claims: LinkClaims, now: int) -> None:
        """Notes for the figures of the message that carries the link that somebody left by it, at `now` (epoch ms)."""
        campaign = self._campaigns.get(claims.tenant_id, claims.campaign_id)
        if campaign is None or not campaign.shards or self._was_erased_since(claims, campaign):
            return
        shard = shard_of(claims.member_id, campaign.shards)
        key = ReceiptKey(Partition(claims.tenant_id, claims.campaign_id, shard), claims.member_id, claims.message)
        self._ledger.merge_receipt(key, Receipt(times={EventKind.UNSUBSCRIBED.value: now}))

    def _was_erased_since(self, claims: LinkClaims, campaign: Dispatch) -> bool:
        """True for a message from before an erasure: of who came back since, nothing may lead to it again."""
        mark = self._erasures.marks(claims.tenant_id, [claims.member_id]).get(claims.member_id)
        return mark is not None and (campaign.audience_at or campaign.created_at) <= mark.at
