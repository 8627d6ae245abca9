"""Looking after single messages that have no record of their own: schedules come back until nobody waits."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.errors import NotFoundError
from ariia.domain.identifiers import derived_id
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules
from ariia.services.single_messages.settling import SingleSettler

_AGAIN_MS = 60_000
# Eight hours: nobody waits for a test longer than that.
_LOOKS = 480


class SingleCare:
    """Makes the schedules, each of which fires for one look."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def watch(self, tenant_id: str, container_id: str, member_ids: Sequence[str], look: int = 1) -> None:
        """Lets the message be looked at in a while; not any more after 480 looks."""
        if look <= _LOOKS:
            payload = {"tenant_id": tenant_id, "container_id": container_id}
            more = {"member_ids": list(member_ids), "look": look}
            at = self._clock.now() + _AGAIN_MS
            self._schedules.create(_name(tenant_id, container_id, look), at, payload | more)

    def forget(self, tenant_id: str, container_id: str, look: int) -> None:
        """Removes a look that is not needed any more."""
        self._schedules.delete(_name(tenant_id, container_id, look))


class SingleLooks:
    """What such a schedule starts."""

    def __init__(self, care: SingleCare, settler: SingleSettler) -> None:
        self._care, self._settler = care, settler

    def look(self, tenant_id: str, container_id: str, member_ids: Sequence[str], look: int) -> bool:
        """Brings the message on; True when it is over, or was never prepared. The next look is arranged first."""
        self._care.watch(tenant_id, container_id, member_ids, look + 1)
        try:
            is_over = self._settler.settle(tenant_id, container_id, member_ids).is_over
        except NotFoundError:
            is_over = True
        if is_over:
            self._care.forget(tenant_id, container_id, look + 1)
        return is_over


def _name(tenant_id: str, container_id: str, look: int) -> str:
    return f"{derived_id(tenant_id, container_id)}-{look}"
