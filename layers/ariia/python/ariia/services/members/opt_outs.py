"""A no belongs to the address: whoever brings it, it reaches everybody who has the address, now and later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile
from ariia.domain.members.address_index import address_key
from ariia.domain.members.consent_changes import ConsentClaim, withdraw
from ariia.domain.members.member import Consent, ConsentStatus, Member
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore

_ATTEMPTS = 10


class OptOuts:
    """Takes opt-outs in. A repetition changes nothing, so that an interrupted caller says it again."""

    def __init__(self, store: MemberStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def take(
        self,
        tenant_id: str,
        channel: Channel,
        withdrawal: Consent,
        *,
        member_id: str | None = None,
        address_hash: str | None = None,
    ) -> list[str]:
        """Opts out the member, the address, or both, and everybody else of the tenant who has one of the addresses;
        a later grant stands. Ids of all who are reached: the member first, if the tenant has one of this id. An address
        that nobody has is opted out for members who join it."""
        member = self._store.get(tenant_id, member_id) if member_id else None
        hashes = dict.fromkeys(one for one in (_hash(member, channel), address_hash) if one)
        sharers = [one for key in hashes for one in self._store.withdraw(tenant_id, channel, key, withdrawal)]
        if member is not None and member.id not in sharers:
            # The member has no address here, or another one since a moment ago: the no is theirs all the same.
            self._withdraw_alone(member, channel, withdrawal)
        return list(dict.fromkeys([*([member.id] if member else []), *sharers]))

    def claimed(self, member: Member, claims: Mapping[Channel, ConsentClaim], now: int) -> set[str]:
        """Takes the denials among `claims`, which are noted with the stored `member` already, over to everybody else
        who has the member's addresses: ids of these. What nobody dated counts as said at `now` (epoch ms)."""
        reached: set[str] = set()
        for channel, claim in claims.items():
            key = _hash(member, channel)
            if key and claim.status is ConsentStatus.DENIED:
                reached.update(self._store.withdraw(member.tenant_id, channel, key, claim.noted_at(now)))
        return reached - {member.id}

    def _withdraw_alone(self, member: Member, channel: Channel, withdrawal: Consent) -> None:
        stored: Member | None = member
        for _ in range(_ATTEMPTS):
            if stored is None:
                return
            changed = replace(stored, consent=dict(stored.consent), updated_at=self._clock.now())
            if not withdraw(changed, channel, withdrawal) or not self._store.save([changed]):
                return
            stored = self._store.get(member.tenant_id, member.id)
        raise changed_meanwhile()


def _hash(member: Member | None, channel: Channel) -> str | None:
    address = member.address(channel) if member else None
    return address_key(member.tenant_id, channel, address).hash if member and address else None
