"""Which domains a tenant may send from, as last checked: for senders that start by the thousand in one minute, of which
the provider answers one a second."""

from __future__ import annotations

from ariia.domain.errors import InvalidError
from ariia.domain.senders import parse_from
from ariia.ports.senders import SenderStore


class StoredSenders:
    """A SenderDirectory that asks nobody else. A domain that was removed is not there; one whose proof has gone since
    is refused by the provider itself."""

    def __init__(self, store: SenderStore) -> None:
        self._store = store

    def is_verified(self, tenant_id: str, from_address: str) -> bool:
        """True when the tenant has the address's domain, verified at the last check."""
        try:
            sender = self._store.get(tenant_id, parse_from(from_address).domain)
        except InvalidError:
            return False
        return sender is not None and sender.is_verified
