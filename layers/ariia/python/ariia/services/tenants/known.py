"""Which tenants there are."""

from __future__ import annotations

from ariia.domain.errors import ForbiddenError
from ariia.ports.tenants import TenantStore


class KnownTenants:
    """The tenants that there are. A token may name others, and nothing must begin to exist by that."""

    def __init__(self, store: TenantStore) -> None:
        self._store, self._known = store, set[str]()

    def require(self, tenant_id: str) -> None:
        """ForbiddenError when there is no such tenant. Each is looked up once, as none is ever removed."""
        if tenant_id in self._known:
            return
        if self._store.get(tenant_id) is None:
            raise ForbiddenError("the tenant that the token names is not set up")
        self._known.add(tenant_id)
