"""Something that starts by itself at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class OneTimeSchedules(Protocol):
    """Schedules that fire once and are gone. Each fires within a minute of its instant, possibly twice."""

    def create(self, name: str, at: int, payload: Mapping[str, Any]) -> None:
        """Hands `payload` over at `at` (epoch ms, to the second, never earlier), which must lie ahead. A name (letters,
        digits, dash and underscore, at most 64) that is taken has no effect. TransientError: try again."""
        ...

    def delete(self, name: str) -> None:
        """Removes a schedule that has not fired; one that is gone stays gone."""
        ...


class Lifting(Protocol):
    """Says that something was lifted which single messages may wait for."""

    def announce(self, tenant_id: str) -> None:
        """Lets those of the tenant who wait look again soon. Called before the change is stored, so that no crash keeps
        it from them; if it is not stored then, they find that nothing changed. TransientError: try again."""
        ...
