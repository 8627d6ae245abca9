"""Creating something exactly once for a key that the client chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from ariia.domain.errors import InvalidError, Problem

T = TypeVar("T")


@dataclass(frozen=True)
class Creation:
    """The id that follows from the client's key, and the fingerprint (SHA-256, hex) of what it asked for."""

    id: str
    fingerprint: str


@dataclass(frozen=True)
class Created(Generic[T]):
    """The entity; `replayed` when an earlier, identical request had made it."""

    entity: T
    replayed: bool


def require_same(creation: Creation | None, stored_fingerprint: str | None) -> None:
    """InvalidError when the key was used before with another body."""
    if creation is None or creation.fingerprint == stored_fingerprint:
        return
    problem = Problem("Idempotency-Key", "was used with another body", allowed="a key of its own for every creation")
    raise InvalidError("this Idempotency-Key was used with another body", problems=[problem])
