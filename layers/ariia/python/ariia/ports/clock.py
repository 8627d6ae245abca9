"""Time and chance, injected so that both can be data in a test."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The present, and waiting for it to pass."""

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after about `seconds`."""
        ...


class Chance(Protocol):
    """What nobody can guess or tell from anything else."""

    def token(self) -> str:
        """32 hexadecimal letters, as random as a key."""
        ...


class Ids(Protocol):
    """Fresh identities."""

    def new(self) -> str:
        """An id that was never given before; sorts by time of creation (ULID)."""
        ...
