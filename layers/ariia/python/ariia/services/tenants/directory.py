"""What other rooms ask about a tenant."""

from __future__ import annotations

from ariia.domain.errors import ForbiddenError
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.tenants import TenantStore


class TenantDirectory:
    """Looks tenants up."""

    def __init__(self, store: TenantStore) -> None:
        self._store = store

    def require(self, tenant_id: str) -> Tenant:
        """The tenant; ForbiddenError when it is not set up."""
        tenant = self._store.get(tenant_id)
        if tenant is None:
            raise ForbiddenError("this tenant is not set up")
        return tenant

    def began(self, tenant_id: str) -> int:
        """The instant (epoch ms) before which the tenant has no history; 0 for one that is not set up."""
        tenant = self._store.get(tenant_id)
        return tenant.created_at if tenant is not None else 0
