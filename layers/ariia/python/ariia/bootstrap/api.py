"""What the HTTP API is made of."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.adapters.dynamodb import models
from ariia.bootstrap.parts.api_segments import SegmentServices
from ariia.bootstrap.parts.api_series import SeriesServices
from ariia.bootstrap.parts.api_singles import SingleServices
from ariia.services.tenants.known import KnownTenants
from ariia.settings import ApiSettings

if TYPE_CHECKING:
    from ariia.services.tenants.tenants import Tenants


class ApiServices(SeriesServices, SingleServices, SegmentServices):
    """The services behind the routes, each made when a route first asks for it. What every request needs is there at
    once: whether the platform has the tenant."""

    @cached_property
    def known_tenants(self) -> KnownTenants:
        """Tells tenants that there are from those that there are not."""
        return KnownTenants(self._tenant_store)

    @cached_property
    def tenants(self) -> Tenants:
        """Businesses on the platform."""
        from ariia.services.tenants.tenants import Tenants

        return Tenants(self._tenant_store, self.sender_domains, self._lifting, self._clock)


def build(settings: ApiSettings) -> ApiServices:
    """The services on AWS; clients are made with the first service that needs them, and connect at their first call."""
    models.use_prefix(settings.table_prefix)
    return ApiServices(settings)
