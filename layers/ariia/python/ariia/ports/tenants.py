"""Where tenants rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.tenants.tenant import Tenant


class TenantStore(Protocol):
    """All tenants of the deployment."""

    def get(self, tenant_id: str) -> Tenant | None:
        """The tenant, strongly consistent; None when there is none."""
        ...

    def create(self, tenant: Tenant) -> bool:
        """Stores a new tenant with version 1; False when the id is taken."""
        ...

    def save(self, tenant: Tenant, noted: Sequence[AuditEntry] = ()) -> bool:
        """Stores the tenant if the stored version is its own, raises `tenant.version` by one and adds `noted` to the
        audit trail, all at once; else False."""
        ...

    def page(self, limit: int, after: str | None) -> list[Tenant]:
        """Up to `limit` tenants behind the id `after`, in the order of their ids; fewer = the end."""
        ...
