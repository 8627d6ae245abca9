"""The rules that every message of a tenant obeys."""

from __future__ import annotations

from ariia.domain.rules.sending_rules import SendingRules
from ariia.domain.tenants.tenant import Tenant


def rules_of(tenant: Tenant) -> SendingRules:
    """The rules as the tenant's settings have them now."""
    return SendingRules(tenant.timezone, dict(tenant.settings.quiet_hours), tenant.settings.frequency_cap)
