"""What the audit trail says of a tenant's settings."""

from __future__ import annotations

from ariia.domain.audit.entries import AuditEntry, AuditKind
from ariia.domain.documents import encode
from ariia.domain.tenants.tenant import Tenant


def settings_entries(before: Tenant, after: Tenant, at: int, by: str) -> list[AuditEntry]:
    """What of the settings, and of the plan, changed at `at` (epoch ms), each as [old, new]; empty when nothing did."""
    was, will = ({"plan": one.plan, **vars(one.settings)} for one in (before, after))
    changed = {name: [encode(was[name]), encode(will[name])] for name in will if was[name] != will[name]}
    return [AuditEntry(AuditKind.SETTINGS, "changed", at, by, details=changed)] if changed else []
