"""Repeatable creation without any record of requests in progress: the key decides the id, the store decides once."""

from __future__ import annotations

from ariia.domain.creation import Creation
from ariia.domain.documents import fingerprint
from ariia.domain.identifiers import derived_id
from functions.api.gate.auth import Caller


def creation(caller: Caller, operation: str, key: str | None, body: object) -> Creation | None:
    """How the entity is identified when the caller sent an `Idempotency-Key`; None when not.

    `operation` is the route's path, `body` the request as JSON values: what the key is bound to."""
    if key is None:
        return None
    return Creation(derived_id(caller.tenant_id, operation, key), fingerprint(body))
