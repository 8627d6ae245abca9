"""The schedules that see to it that the question of a double opt-in is put, and that its message is settled."""

from __future__ import annotations

from collections.abc import Sequence

from ariia.domain.consent.confirmation import ConfirmationRequest, as_payload, look_name
from ariia.ports.clock import Clock
from ariia.ports.schedules import OneTimeSchedules

# Who signed up waits for the mail. A schedule for an instant that has passed is made by nobody.
_SOON_MS = 5_000


class ConfirmationCare:
    """Makes the schedules, each of which fires for one look at some questions of one tenant."""

    def __init__(self, schedules: OneTimeSchedules, clock: Clock) -> None:
        self._schedules, self._clock = schedules, clock

    def begin(self, tenant_id: str, requests: Sequence[ConfirmationRequest]) -> None:
        """Lets the questions be put in some seconds; the same ones again have no effect."""
        self.watch(tenant_id, requests, 1, self._clock.now() + _SOON_MS)

    def watch(self, tenant_id: str, requests: Sequence[ConfirmationRequest], look: int, at: int) -> None:
        """Lets them be looked at for the `look`-th time, at `at` (epoch ms)."""
        self._schedules.create(look_name(requests, look), at, as_payload(tenant_id, requests, look))

    def forget(self, requests: Sequence[ConfirmationRequest], look: int) -> None:
        """Removes a look that is not needed any more."""
        self._schedules.delete(look_name(requests, look))
