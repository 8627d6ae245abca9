"""Where the audit trail rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.audit.entries import AuditEntry


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, and where the next page begins; None = this was the end."""

    entries: list[AuditEntry]
    after: str | None


class AuditTrail(Protocol):
    """Entries of a tenant; they are added and, when their member is erased, redacted, and never otherwise changed."""

    def append(self, tenant_id: str, entries: Sequence[AuditEntry], token: str) -> None:
        """Adds entries that belong together; the same `token` with the same entries adds them once."""
        ...

    def page(self, tenant_id: str, limit: int, after: str | None, since: int, until: int) -> AuditPage:
        """About `limit` entries noted between `since` and `until` (epoch ms), newest first, behind `after`."""
        ...

    def page_of_member(self, tenant_id: str, subject: str, limit: int, after: str | None) -> AuditPage:
        """The same about one member, told by `audit.subject_of`."""
        ...

    def redact(self, tenant_id: str, subject: str, limit: int) -> int:
        """Redacts up to `limit` rows about this member (or address, by its hash), in the own list and in the tenant's;
        how many were still unredacted. 0 = none is left."""
        ...
