"""Tenants: made and priced by the platform, set up by their own admins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, Problem
from ariia.domain.identifiers import require_id
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.tenants.settings_audit import settings_entries
from ariia.domain.tenants.tenant import Tenant, TenantSettings, drop_looser_settings, require_valid
from ariia.ports.clock import Clock
from ariia.ports.schedules import Lifting
from ariia.ports.senders import SenderDirectory
from ariia.ports.tenants import TenantStore

_PLATFORM_LIMITS = ("bounce_rate_limit", "complaint_rate_limit")


class Tenants:
    """Use cases around the tenant itself."""

    def __init__(self, store: TenantStore, senders: SenderDirectory, lifting: Lifting, clock: Clock) -> None:
        self._store, self._senders, self._lifting, self._clock = store, senders, lifting, clock

    def create(self, tenant: Tenant, creation: Creation | None = None) -> Created[Tenant]:
        """Stores a new tenant. InvalidError for a bad field or a key used with another body, ConflictError when the id
        is taken otherwise."""
        require_id(tenant.id, "id")
        tenant.created_at = tenant.updated_at = self._clock.now()
        tenant.idempotency_fingerprint = creation.fingerprint if creation else None
        if self._store.create(require_valid(tenant)):
            return Created(tenant, replayed=False)
        stored = self.get(tenant.id)
        if creation is None or stored.idempotency_fingerprint is None:
            raise ConflictError(f"the tenant {tenant.id} exists already")
        require_same(creation, stored.idempotency_fingerprint)
        return Created(stored, replayed=True)

    def get(self, tenant_id: str) -> Tenant:
        """The tenant; NotFoundError when there is none."""
        tenant = self._store.get(tenant_id)
        if tenant is None:
            raise NotFoundError(f"there is no tenant {tenant_id}")
        return tenant

    def page(self, limit: int, after: str | None) -> list[Tenant]:
        """Up to `limit` tenants behind the id `after`; fewer = the end."""
        return self._store.page(limit, after)

    def change(self, tenant_id: str, changes: Mapping[str, Any], version: int | None, by: str = "platform") -> Tenant:
        """The tenant with `changes` (by field; `settings` by setting) applied by `by`. With `version` given,
        ConflictError when the stored one is another; InvalidError for a bad field, and for a double opt-in without a
        sender that its questions could come from; NotFoundError."""
        tenant = self.get(tenant_id)
        require_version(version, tenant.version)
        fields = dict(changes)
        settings: TenantSettings = replace(tenant.settings, **fields.pop("settings", {}))
        changed = replace(tenant, **fields, settings=settings, updated_at=self._clock.now())
        if not fields.keys().isdisjoint(_PLATFORM_LIMITS):
            drop_looser_settings(changed)
        self._require_sender(tenant, require_valid(changed))
        if rules_of(changed) != rules_of(tenant) or changed.default_sender != tenant.default_sender:
            self._lifting.announce(tenant_id)
        if not self._store.save(changed, settings_entries(tenant, changed, changed.updated_at, by)):
            raise changed_meanwhile()
        return changed

    def _require_sender(self, before: Tenant, after: Tenant) -> None:
        """What is asked for when the setting or the sender changes; a domain that is lost later changes neither."""
        was, sender = before.default_sender if before.settings.double_opt_in else None, after.default_sender
        if not after.settings.double_opt_in or (sender is not None and sender == was):
            return
        if sender is None or not self._senders.is_verified(after.id, sender):
            field, value = ("default_sender", sender) if was else ("settings.double_opt_in", True)
            allowed = "a default_sender on a verified domain, or no double opt-in"
            problem = Problem(field, "leaves no sender for confirmations", value=value, allowed=allowed)
            raise InvalidError("the double opt-in needs a verified default_sender", problems=[problem])
