"""Reading the audit trail."""

from __future__ import annotations

from ariia.domain.audit.entries import subject_of
from ariia.ports.audit import AuditPage, AuditTrail
from ariia.ports.clock import Clock
from ariia.ports.tenants import TenantStore


class AuditLog:
    """What happened to a tenant's consents, suppressions, settings and members, newest first."""

    def __init__(self, trail: AuditTrail, tenants: TenantStore, clock: Clock) -> None:
        self._trail, self._tenants, self._clock = trail, tenants, clock

    def page(self, tenant_id: str, limit: int, after: str | None, member_id: str | None = None) -> AuditPage:
        """Up to `limit` entries behind the place `after`, of one member where given (an erased one too)."""
        if member_id is not None:
            return self._trail.page_of_member(tenant_id, subject_of(tenant_id, member_id), limit, after)
        tenant = self._tenants.get(tenant_id)
        since = tenant.created_at if tenant else 0
        return self._trail.page(tenant_id, limit, after, since, self._clock.now())
