"""What the room members asks of the tenant's opt-in, which the room consent keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from ariia.domain.channel import Channel
from ariia.domain.members.consent_changes import ConsentClaim
from ariia.domain.members.member import Member

T = TypeVar("T")
Claims = Mapping[Channel, ConsentClaim]


class OptInOfTenant(Protocol):
    """The rules of one tenant."""

    def claimed(self, before: Member | None, after: Member, claims: Claims, apply: Callable[[Claims], T]) -> T:
        """What `apply` makes of the claims as they may count; `after` is the member with its new fields, in place."""
        ...

    def ask(self, changes: Iterable[tuple[Member | None, Member]]) -> None:
        """Schedules a question for members whose consent becomes pending by these changes (stored, wanted). Called
        before they are stored."""
        ...


class OptIn(Protocol):
    """Makes the rules of one tenant."""

    def of(self, tenant_id: str) -> OptInOfTenant:
        """The rules as the tenant's setting is now."""
        ...
