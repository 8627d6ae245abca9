"""A signing key in memory."""

from __future__ import annotations

from ariia.ports.signing import SigningKeys


class MemorySigningKeys(SigningKeys):
    """SigningKeys with a fixed key."""

    def __init__(self, key: bytes = b"0123456789abcdef0123456789abcdef") -> None:
        self._key = key

    def key(self) -> bytes:
        return self._key
