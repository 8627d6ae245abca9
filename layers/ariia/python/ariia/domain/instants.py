"""Instants for people to read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

# What others wrote stays as they wrote it.
_FREE = frozenset({"attributes", "ai_context_json", "data", "proof", "details"})


def iso(at: int) -> str:
    """An instant (epoch ms) as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def readable(value: Any) -> Any:
    """A JSON value of ours with its instants (`at`, `…_at`) as ISO 8601."""
    if isinstance(value, list):
        return [readable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _readable(name, one) for name, one in value.items()}


def _readable(name: str, value: Any) -> Any:
    if name in _FREE:
        return value
    if type(value) is int and (name == "at" or name.endswith("_at")):
        return iso(value)
    return readable(value)
