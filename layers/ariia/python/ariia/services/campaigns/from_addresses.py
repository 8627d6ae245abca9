"""Whose name a message goes out under: one that the tenant has proven to be its own."""

from __future__ import annotations

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import InvalidError, TransientError
from ariia.domain.senders import parse_from
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.senders import SenderDirectory
from ariia.ports.tenants import TenantStore


class FromAddresses:
    """Knows under which name a campaign goes out."""

    def __init__(self, senders: SenderDirectory, tenants: TenantStore) -> None:
        self._senders, self._tenants = senders, tenants

    def require(self, campaign: Campaign) -> str:
        """The from-address in the form for a provider; InvalidError when there is none that is verified."""
        tenant = self._tenants.get(campaign.tenant_id)
        if tenant is None:
            raise TransientError("the tenant is not set up")
        return verified_sender(self._senders, tenant, campaign.sender)


def verified_sender(senders: SenderDirectory, tenant: Tenant, chosen: str | None) -> str:
    """The from-address, `chosen` or the tenant's default, in the form for a provider; InvalidError when there is none
    or its domain is not verified."""
    named = chosen or tenant.default_sender
    if named is None:
        raise InvalidError.of("sender", "is required, as the tenant has no default_sender")
    if not senders.is_verified(tenant.id, named):
        raise InvalidError.of("sender", "is not on a verified domain of this tenant", named)
    return parse_from(named, "sender").header
