"""Sender domains in memory."""

from __future__ import annotations

import builtins
from copy import deepcopy

from ariia.domain.senders import SenderDomain
from ariia.ports.senders import SenderStore


class MemorySenders(SenderStore):
    """SenderStore that forgets at exit."""

    def __init__(self) -> None:
        self._senders: dict[tuple[str, str], SenderDomain] = {}
        self._owners: dict[str, str] = {}

    def get(self, tenant_id: str, domain: str) -> SenderDomain | None:
        return deepcopy(self._senders.get((tenant_id, domain)))

    def list(self, tenant_id: str) -> builtins.list[SenderDomain]:
        return [deepcopy(self._senders[key]) for key in sorted(self._senders) if key[0] == tenant_id]

    def create(self, sender: SenderDomain) -> bool:
        key = (sender.tenant_id, sender.domain)
        if key in self._senders or self._owners.get(sender.domain, sender.tenant_id) != sender.tenant_id:
            return False
        sender.version = 1
        self._owners[sender.domain] = sender.tenant_id
        self._senders[key] = deepcopy(sender)
        return True

    def save(self, sender: SenderDomain) -> bool:
        if not self._is_unchanged(sender):
            return False
        sender.version += 1
        self._senders[sender.tenant_id, sender.domain] = deepcopy(sender)
        return True

    def delete(self, sender: SenderDomain, *, release: bool) -> bool:
        if not self._is_unchanged(sender):
            return False
        del self._senders[sender.tenant_id, sender.domain]
        if release:
            del self._owners[sender.domain]
        return True

    def owner(self, domain: str) -> str | None:
        return self._owners.get(domain)

    def release(self, domain: str, owner: str) -> bool:
        if (owner, domain) in self._senders or self._owners.get(domain) != owner:
            return False
        del self._owners[domain]
        return True

    def _is_unchanged(self, sender: SenderDomain) -> bool:
        stored = self._senders.get((sender.tenant_id, sender.domain))
        return stored is not None and stored.version == sender.version
