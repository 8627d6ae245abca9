"""Tenants in memory."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.tenants import TenantStore
from tests.doubles.audit import MemoryAudit


class MemoryTenants(TenantStore):
    """TenantStore that forgets at exit."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self.audit = audit or MemoryAudit()
        self._tenants: dict[str, Tenant] = {}

    def get(self, tenant_id: str) -> Tenant | None:
        return deepcopy(self._tenants.get(tenant_id))

    def create(self, tenant: Tenant) -> bool:
        if tenant.id in self._tenants:
            return False
        tenant.version = 1
        self._tenants[tenant.id] = deepcopy(tenant)
        return True

    def save(self, tenant: Tenant, noted: Sequence[AuditEntry] = ()) -> bool:
        stored = self._tenants.get(tenant.id)
        if stored is None or stored.version != tenant.version:
            return False
        tenant.version += 1
        self._tenants[tenant.id] = deepcopy(tenant)
        self.audit.append(tenant.id, noted, f"settings-{tenant.version}")
        return True

    def page(self, limit: int, after: str | None) -> list[Tenant]:
        ids = sorted(tenant_id for tenant_id in self._tenants if after is None or tenant_id > after)
        return [deepcopy(self._tenants[tenant_id]) for tenant_id in ids[:limit]]
