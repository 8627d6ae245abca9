"""Looking after single messages that have no record of their own: looks follow each other until nobody waits."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.errors import NotFoundError
from ariia.domain.revisits import Revisit, RevisitKind
from ariia.ports.clock import Clock
from ariia.services.revisits import Revisits
from ariia.services.single_messages.settling import SingleSettler

_AGAIN_MS = 60_000
# Eight hours: nobody waits for a test longer than that.
_LOOKED_AFTER_MS = 8 * 3_600_000


class SingleCare:
    """Lets messages be looked after."""

    def __init__(self, revisits: Revisits, clock: Clock) -> None:
        self._revisits, self._clock = revisits, clock

    def begin(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> None:
        """Lets the message be looked at from a minute on, for eight hours."""
        now = self._clock.now()
        first = _look(tenant_id, container_id, member_ids, now + _LOOKED_AFTER_MS)
        self._revisits.arrange(first, now + _AGAIN_MS)


class SingleLooks:
    """What such a look does."""

    def __init__(self, revisits: Revisits, settler: SingleSettler) -> None:
        self._revisits, self._settler = revisits, settler

    def look(self, tenant_id: str, container_id: str, member_ids: Sequence[str], until: int) -> bool:
        """Brings the message on; True when it is over, was never prepared, or `until` (epoch ms) has passed."""

        def settle(again: int) -> int | None:
            try:
                is_over = self._settler.settle(tenant_id, container_id, member_ids).is_over
            except NotFoundError:
                is_over = True
            return None if is_over or again > until else again

        revisit = _look(tenant_id, container_id, member_ids, until)
        return self._revisits.look(revisit, _AGAIN_MS, settle) is None


def _look(tenant_id: str, container_id: str, member_ids: Sequence[str], until: int) -> Revisit:
    facts = {"container_id": container_id, "member_ids": list(member_ids), "until": until}
    return Revisit(RevisitKind.MESSAGE, tenant_id, container_id, facts)
