"""The addresses that get nothing more from a tenant, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ariia.domain.members.member import Suppression


@dataclass(frozen=True)
class SuppressedAddress:
    """A suppressed address without the address itself."""

    channel: str
    address_hash: str
    suppression: Suppression

    @property
    def id(self) -> str:
        """Tells it apart within the tenant, and orders the list."""
        return f"{self.channel}-{self.address_hash}"


@dataclass(frozen=True)
class Lift:
    """Who lets an address be used again, when (epoch ms) and why."""

    at: int
    by: str
    reason: str


class SuppressionStore(Protocol):
    """Suppressions of a tenant's addresses, whether a member has them or not."""

    def add(self, tenant_id: str, channel: str, address_hash: str, suppression: Suppression) -> list[str]:
        """Suppresses the address and writes it onto every member who has it, who are returned. Repeating it keeps the
        first reason and instant; one from before a lift changes nothing."""
        ...

    def lift(self, tenant_id: str, channel: str, address_hash: str, lift: Lift) -> list[str] | None:
        """Takes the suppression from every member who has the address, who are returned, and then from the address;
        None when it is not suppressed. Repeating it after a crash finishes it."""
        ...

    def find(self, tenant_id: str, channel: str, address_hash: str) -> SuppressedAddress | None:
        """The suppression of one address; None when there is none."""
        ...

    def page(self, tenant_id: str, channel: str | None, limit: int, after: str | None) -> list[SuppressedAddress]:
        """Up to `limit` suppressed addresses in the order of their ids, behind the id `after`; fewer = the end."""
        ...
