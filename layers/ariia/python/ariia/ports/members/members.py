"""Where members and their addresses rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Consent, Member, Suppression


class MemberScan(Protocol):
    """Members read in bulk, for planning and counting."""

    def scan(self, tenant_id: str, shard: int, after: str | None, limit: int) -> list[Member]:
        """Up to `limit` members of a shard with id > `after`, in id order. Fewer than `limit` = the shard's end."""
        ...

    def get_many(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, Member]:
        """Those members by id; missing ones are left out."""
        ...


class MemberStore(MemberScan, Protocol):
    """Members of a tenant; every write keeps the address index and `shared_address` in step."""

    def get(self, tenant_id: str, member_id: str) -> Member | None:
        """The member, strongly consistent; None when the tenant has no such member."""
        ...

    def save(self, members: Sequence[Member]) -> list[str]:
        """Stores new (version 0) or changed members of one tenant, none of them twice, each if its stored version is
        its own, together with the address index, and raises the `version` of each. The ids that were not stored
        because somebody else was faster. MembersRefusedError when an address has no place for more members, or
        when somebody was erased before and did not come back; TransientError when it should be tried again."""
        ...

    def delete(self, member: Member) -> bool:
        """Removes the member and its place in the address index; False when it changed meanwhile."""
        ...

    def sharers(self, tenant_id: str, channel: str, address_hash: str) -> list[str]:
        """Ids of the members who have this address on this channel."""
        ...

    def members_at(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, list[str]]:
        """The same for many addresses, by hash; those that nobody has are left out."""
        ...

    def suppression(self, tenant_id: str, channel: str, address_hash: str) -> Suppression | None:
        """Why this address gets nothing more; None when it may."""
        ...

    def withdrawals(self, tenant_id: str, channel: str, address_hashes: Sequence[str]) -> dict[str, Consent]:
        """The last opt-out by address hash, of those addresses that ever opted out."""
        ...

    def withdraw(self, tenant_id: str, channel: str, address_hash: str, withdrawal: Consent) -> list[str]:
        """Opts the address out: the opt-out is kept with it, for whoever joins it later (a later one replaces an
        earlier one), and written onto every member who has it now, whose ids are returned; who said no before, or
        agreed later, stays as they are. One step, so that no crash leaves half of it (of over 40 members the rest
        follows)."""
        ...

    def suppress(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        """Suppresses the address and writes it onto every member who has it, who are returned. Repeating it keeps the
        first reason and instant."""
        ...


class ErasureMarks(Protocol):
    """The marks on ids of members."""

    def marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        """The last erasure by member id, of those members who were ever erased; strongly consistent."""
        ...

    def cached_marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        """As `marks`, for those who write so often that a read each would cost: of a tenant that never erased anybody
        nothing is read. What began a moment ago, a tenth of the quiet time of erasures at most, may be missing:
        whatever is written meanwhile is swept by that erasure."""
        ...
