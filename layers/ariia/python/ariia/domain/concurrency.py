"""Optimistic concurrency: nobody overwrites what they have not read."""

from __future__ import annotations

from ariia.domain.errors import ConflictError, TransientError


def require_version(expected: int | None, actual: int) -> None:
    """ConflictError when a change is based on another version than the stored one; None = the caller does not mind."""
    if expected is not None and expected != actual:
        raise ConflictError(f"this is version {actual} by now, the change is based on version {expected}")


def changed_meanwhile() -> ConflictError:
    """For a conditional write that another one overtook."""
    return ConflictError("somebody else changed it at the same time; read it again and repeat the change")


def overtaken(version: int | None) -> ConflictError | TransientError:
    """The same for a change that was tried several times: a caller who named no version has nothing to read again."""
    return TransientError("too many change it at the same time; try again") if version is None else changed_meanwhile()
