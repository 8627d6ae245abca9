"""Amazon SES as the engine meets it, with a memory of the truth: what it took, when, and what was known before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ariia.domain.errors import PermanentSendError, SenderStoppedError, ThrottledError, UnknownOutcomeError
from ariia.ports.ledger.sending import (
    Accepted,
    Addressee,
    EntryOutcome,
    Refused,
    Returned,
    SendCall,
    SenderStopped,
    SendRate,
)
from tests.simulation.world.faults import Chance, Fault, FaultPlan, Strike
from tests.simulation.world.scheduler import Gone, Scheduler

READ_TIMEOUT_MS = 10_000


@dataclass(frozen=True)
class ProviderHabits:
    """Rates of what SES may answer. Of the messages taken, `rejected` are refused afterwards."""

    call_throttled: float = 0.0
    entry_throttled: float = 0.0
    entry_refused: float = 0.0
    poison: float = 0.0
    rejected: float = 0.0
    unknown: float = 0.0
    suspensions: tuple[tuple[int, int], ...] = ()


@dataclass
class Taken:
    """One message that SES took: `rejected` = it never left."""

    attempt: int
    at: int
    call: SendCall
    recipient: Addressee
    rejected: bool = False


@dataclass
class Truth:
    """What really happened, by member."""

    taken: dict[str, list[Taken]] = field(default_factory=dict)
    refused: dict[str, set[int]] = field(default_factory=dict)
    calls: int = 0

    def sent(self, member_id: str) -> list[Taken]:
        """The messages that left for this member."""
        return [one for one in self.taken.get(member_id, []) if not one.rejected]


class Provider:
    """A MessageSender and an AccountQuota. `on_begin` sees every call as it begins, `on_taken` every message taken."""

    def __init__(
        self, scheduler: Scheduler, chance: Chance, plan: FaultPlan, habits: ProviderHabits, rate: float
    ) -> None:
        self._scheduler, self._chance, self._plan, self._habits, self._rate = scheduler, chance, plan, habits, rate
        self.truth = Truth()
        self.on_begin: Callable[[SendCall], None] = lambda call: None
        self.on_taken: Callable[[Taken], None] = lambda taken: None

    def current(self) -> SendRate:
        """The account's word on its limits."""
        return SendRate(self._rate, 1_000_000, 0, sending_enabled=not self.is_suspended)

    @property
    def is_suspended(self) -> bool:
        """True while the account may not send."""
        return any(start <= self._scheduler.now < end for start, end in self._habits.suspensions)

    def send(self, call: SendCall) -> list[EntryOutcome]:
        """SendBulkEmail through a client that never repeats it."""
        task = self._scheduler.current
        assert task is not None
        task.calls += 1
        place = f"{task.label}/{task.calls} provider.send"
        strike = self._plan.at(place)
        fault = strike.fault if strike else None
        if fault is Fault.CRASH_BEFORE:
            raise Gone(place)
        if fault is Fault.ERROR_BEFORE:
            self._unreachable(place)
        self.truth.calls += 1
        self.on_begin(call)
        outcomes = self._carry_out(place, call, strike)
        if fault is Fault.CRASH_AFTER:
            raise Gone(place)
        if fault is Fault.ERROR_AFTER or self._chance.happens(f"unknown {place}", self._habits.unknown):
            raise UnknownOutcomeError("the answer was lost")
        return outcomes

    def _carry_out(self, place: str, call: SendCall, strike: Strike | None) -> list[EntryOutcome]:
        delay = int(self._chance.between(f"latency {place}", 40, 400))
        slow = strike.delay_ms if strike else 0
        if strike and strike.fault is Fault.SLOW_BEFORE:
            self._wait_on_the_wire(place, call, min(slow, READ_TIMEOUT_MS - 500))
            if slow >= READ_TIMEOUT_MS:
                self._lost_on_the_wire(place, call)
        self._scheduler.pause(delay // 2)
        outcomes = self._answer(place, call)
        self._scheduler.on_step()
        if slow >= READ_TIMEOUT_MS:
            self._scheduler.pause(READ_TIMEOUT_MS)
            raise UnknownOutcomeError("read timeout")
        self._scheduler.pause(delay - delay // 2 + slow)
        return outcomes

    def _wait_on_the_wire(self, place: str, call: SendCall, delay_ms: int) -> None:
        try:
            self._scheduler.pause(delay_ms)
        except Gone:
            if self._chance.of(f"lands {place}") < 0.5:
                self._answer(place, call)
            raise

    def _lost_on_the_wire(self, place: str, call: SendCall) -> None:
        """The caller gives up; the call may be carried out or not."""
        if self._chance.of(f"lands {place}") < 0.5:
            self._answer(place, call)
        raise UnknownOutcomeError("read timeout")

    def _unreachable(self, place: str) -> None:
        if self._chance.of(f"error {place}") < 0.5:
            raise ThrottledError("SES could not be reached")
        raise UnknownOutcomeError("the connection was reset before SES saw anything")

    def _answer(self, place: str, call: SendCall) -> list[EntryOutcome]:
        if self.is_suspended:
            if self._chance.of(f"suspended {place}") < 0.5:
                raise SenderStoppedError("AccountSuspendedException")
            return [SenderStopped("ACCOUNT_SUSPENDED")] * len(call.recipients)
        if len(call.recipients) > max(1, self._rate) or self._chance.happens(
            f"throttled {place}", self._habits.call_throttled
        ):
            raise ThrottledError("TooManyRequestsException")
        if any(self._is_poison(one) for one in call.recipients):
            for one in call.recipients if len(call.recipients) == 1 else ():
                self._refuse(call, one)
            raise PermanentSendError("BadRequestException: Missing final '@domain'")
        return [self._take(place, call, one) for one in call.recipients]

    def _is_poison(self, recipient: Addressee) -> bool:
        return self._chance.happens(f"poison {recipient.member_id}", self._habits.poison)

    def _take(self, place: str, call: SendCall, recipient: Addressee) -> EntryOutcome:
        about = f"{place} {recipient.member_id}"
        if self._chance.happens(f"entry throttled {about}", self._habits.entry_throttled):
            return Returned("ACCOUNT_THROTTLED")
        if self._chance.happens(f"entry refused {about}", self._habits.entry_refused):
            self._refuse(call, recipient)
            return Refused("INVALID_PARAMETER", self._chance.happens(f"about the address {about}", 0.5))
        taken = Taken(int(call.tags["attempt"]), self._scheduler.now, call, recipient)
        taken.rejected = self._chance.happens(f"rejected {recipient.member_id} {taken.attempt}", self._habits.rejected)
        self.truth.taken.setdefault(recipient.member_id, []).append(taken)
        self.on_taken(taken)
        return Accepted(f"{recipient.member_id}-{taken.attempt}-{self.truth.calls}")

    def _refuse(self, call: SendCall, recipient: Addressee) -> None:
        self.truth.refused.setdefault(recipient.member_id, set()).add(int(call.tags["attempt"]))
