"""Where an erasure begins and ends: the marks are put where the members are taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.members.address_index import AddressKey
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Member
from ariia.ports.members.members import ErasureMarks


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
