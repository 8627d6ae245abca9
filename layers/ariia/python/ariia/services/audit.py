"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.audit.entries import subject_of
from ariia.ports.audit import AuditPage, AuditTrail
from ariia.ports.clock import Clock


class AuditLog:
    """What happened to a tenant's consents, suppressions, settings and members, newest first."""

    def __init__(self, trail: AuditTrail, began: Callable[[str], int], clock: Clock) -> None:
        """`began` gives the instant (epoch ms) before which a tenant has no entries."""
        self._trail, self._began, self._clock = trail, began, clock

    def page(self, tenant_id: str, limit: int, after: str | None, member_id: str | None = None) -> AuditPage:
        """Up to `limit` entries behind the place `after`, of one member where given (an erased one too)."""
        if member_id is not None:
            return self._trail.page_of_member(tenant_id, subject_of(tenant_id, member_id), limit, after)
        return self._trail.page(tenant_id, limit, after, self._began(tenant_id), self._clock.now())
