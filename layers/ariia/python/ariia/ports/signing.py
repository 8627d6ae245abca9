"""Keys that sign what members get to see."""

from __future__ import annotations

from typing import Protocol


class SigningKeys(Protocol):
    """The deployment's signing key."""

    def key(self) -> bytes:
        """The present key, at least 32 bytes; read once per process."""
        ...
