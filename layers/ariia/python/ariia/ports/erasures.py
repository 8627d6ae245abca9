"""What keeps erased members out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.members.address_index import AddressKey
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Member


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


class ErasureStore(ErasureMarks, Protocol):
    """Puts the marks where the members are taken away."""

    def begin(
        self, tenant_id: str, member_id: str, member: Member | None, mark: ErasureMark, entry: AuditEntry
    ) -> bool:
        """Removes the member, and its place in the address index, marks its id and all its addresses, and adds `entry`
        to the audit trail: one step. What these addresses knew about the person beside that goes too
        (domain/erasing). With None there is no such member, and only the id is marked. False, with nothing written,
        when the member is another version by now, or another erasure of it goes on. TransientError: try again."""
        ...

    def finish(self, keys: Sequence[AddressKey], erasure_id: str) -> None:
        """Notes on the marks of this erasure that it is over; marks of others stay as they are, and repeating it
        changes nothing. TransientError: do it again."""
        ...
