"""`python -m benchmarks.pacing`: SES's token bucket against the engine's pacing, in virtual time; writes pacing.json.

Real are the shared pacing (SendRates), the release policy's budget of two minutes and the size of calls; the ledger,
the queue's fairness and the time that a call takes (0.4 to 0.8 s) are modelled. No clock is waited for.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Any

from ariia.domain.ledger.pacing import batches_at_a_time, call_entries
from ariia.services.release.round_state import ReleasePolicy
from tests.doubles.sending import MemorySendRates

from .report import PACING, save, show

RATES = (14.0, 50.0, 70.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1_000.0, 10_000.0)
CALL_MS = 600
WARM_UP_MS = 5_000
# As send_batch is built: a minute, less what a call may take; and how soon it comes again without tokens.
_HORIZON_MS = 60_000 - 19_000
_COME_AGAIN_MS, _POLL_MS = 10_000, 250
_BATCHES_PER_INVOCATION = 10
_POLICY = ReleasePolicy()


class TokenBucket:
    """The provider's side: `rate` tokens a second, never more than one second's worth saved. Entries without a token
    are throttled, and so is every entry of a call that is larger than the rate per second."""

    def __init__(self, rate: float) -> None:
        self._rate, self._tokens, self._at = rate, rate, 0.0

    def take(self, entries: int, at_ms: float) -> int:
        """How many of the entries are accepted at `at_ms`."""
        self._tokens = min(self._rate, self._tokens + (at_ms - self._at) * self._rate / 1000)
        self._at = at_ms
        if entries > max(1, int(self._rate)):
            return 0
        accepted = min(entries, int(self._tokens + 1e-6))
        self._tokens -= accepted
        return accepted


@dataclass
class Tenant:
    """A tenant's campaign: what it has yet to queue, what waits in the queue, and when its next round is."""

    name: str
    left: int
    waiting: deque[int] = field(default_factory=deque)
    unsent: int = 0
    next_round_ms: float = 0.0


@dataclass
class Outcome:
    """What the provider saw."""

    accepted: int = 0
    accepted_after_warm_up: int = 0
    throttled: int = 0
    ended_ms: dict[str, float] = field(default_factory=dict)


@dataclass
class Sender:
    """One function environment: the batches of its present invocation without tokens, and its next calls, each with the
    instant its tokens are for."""

    batches: deque[tuple[Tenant, int]] = field(default_factory=deque)
    calls: deque[tuple[Tenant, int, float]] = field(default_factory=deque)


class PacedSending:
    """Tenants who send through one account at `rate` messages a second with enough concurrent functions."""

    def __init__(self, rate: float, tenants: dict[str, int]) -> None:
        self._rate, self._bucket, self._rates = rate, TokenBucket(rate), MemorySendRates()
        self._size = call_entries(rate)
        self._tenants = [Tenant(name, messages, unsent=messages) for name, messages in tenants.items()]
        self._senders = [Sender() for _ in range(self.senders)]
        self._turn = 0
        self._random = Random(1)
        self.outcome = Outcome()

    @property
    def senders(self) -> int:
        """Concurrent functions: half more than calls that must be under way at a time."""
        return max(2, ceil(1.5 * self._rate / self._size * CALL_MS / 1000))

    def run(self, until_ms: float = float("inf")) -> Outcome:
        """Until all is sent, or for so long."""
        events = [(0.0, number) for number in range(len(self._senders))]
        while any(tenant.unsent for tenant in self._tenants):
            now, number = heapq.heappop(events)
            if now >= until_ms:
                break
            heapq.heappush(events, (self._step(self._senders[number], now), number))
        return self.outcome

    def _step(self, sender: Sender, now: float) -> float:
        """The sender's next call, or the beginning of its next invocation; when it goes on."""
        if not sender.calls:
            self._release(now)
            return self._begin(sender, now)
        tenant, size, _ = sender.calls.popleft()
        self._call(tenant, size, now)
        free = now + self._random.uniform(0.7, 1.3) * CALL_MS
        return max(free, sender.calls[0][2]) if sender.calls else free

    def _begin(self, sender: Sender, now: float) -> float:
        if not sender.batches:
            sender.batches.extend(self._take_batches())
        if not sender.batches:
            return now + _POLL_MS
        some = [sender.batches.popleft() for _ in range(min(len(sender.batches), batches_at_a_time(self._rate)))]
        messages = sum(size for _, size in some)
        slot = self._rates.take("email", messages, now=ceil(now), per_second=self._rate, horizon_ms=_HORIZON_MS)
        if slot is None:
            for tenant, size in (*some, *sender.batches):
                tenant.waiting.appendleft(size)
            sender.batches.clear()
            return now + _COME_AGAIN_MS
        for tenant, size in some:
            sender.calls.append((tenant, size, slot))
            slot += round(size * 1000 / self._rate)
        return max(now, sender.calls[0][2])

    def _call(self, tenant: Tenant, size: int, now: float) -> None:
        accepted = self._bucket.take(size, now)
        self.outcome.accepted += accepted
        self.outcome.throttled += size - accepted
        tenant.unsent -= accepted
        if now >= WARM_UP_MS:
            self.outcome.accepted_after_warm_up += accepted
        if accepted < size:
            tenant.waiting.append(size - accepted)
        if not tenant.unsent:
            self.outcome.ended_ms[tenant.name] = now + CALL_MS

    def _release(self, now: float) -> None:
        """A round of every campaign whose time has come, each with its share of two minutes of the rate."""
        active = [tenant for tenant in self._tenants if tenant.unsent]
        for tenant in active:
            if now >= tenant.next_round_ms:
                self._queue(tenant, len(active))
                wait = 0 if tenant.left else _POLICY.wait_for(sum(tenant.waiting), self._rate)
                tenant.next_round_ms = now + 1000 * max(_POLICY.round_seconds, wait)

    def _queue(self, tenant: Tenant, sharing: int) -> None:
        budget = max(self._rate, self._rate * _POLICY.horizon_seconds / sharing) - sum(tenant.waiting)
        while tenant.left and budget > 0:
            size = min(self._size, tenant.left)
            tenant.waiting.append(size)
            tenant.left, budget = tenant.left - size, budget - size

    def _take_batches(self) -> list[tuple[Tenant, int]]:
        """What a fair queue hands out: the tenants in turn."""
        batches: list[tuple[Tenant, int]] = []
        idle = 0
        while len(batches) < _BATCHES_PER_INVOCATION and idle < len(self._tenants):
            tenant = self._tenants[self._turn % len(self._tenants)]
            self._turn += 1
            idle = 0 if tenant.waiting else idle + 1
            if tenant.waiting:
                batches.append((tenant, tenant.waiting.popleft()))
        return batches


def rate_use(rate: float, seconds: int) -> dict[str, float]:
    """How much of the granted rate is used after the first five seconds, and the share of throttled entries."""
    outcome = PacedSending(rate, {"studio": ceil(rate * seconds * 1.2)}).run(seconds * 1000)
    granted = rate * (seconds - WARM_UP_MS / 1000)
    tried = outcome.accepted + outcome.throttled
    return {
        "share_of_rate": round(outcome.accepted_after_warm_up / granted, 4),
        "throttled_share": round(outcome.throttled / tried, 6),
    }


def fairness(rate: float, large: int, small: int) -> dict[str, float]:
    """Seconds until a small tenant is done, alone and beside a large one."""
    alone = PacedSending(rate, {"small": small}).run().ended_ms["small"]
    both = PacedSending(rate, {"large": large, "small": small})
    both.run(10 * alone + 600_000)
    return {"alone_seconds": round(alone / 1000, 1), "beside_seconds": round(both.outcome.ended_ms["small"] / 1000, 1)}


def main() -> None:
    """Measures every rate for two minutes, and a tenant of 1,000 beside one of ten million."""
    rates = {f"{rate:g}": rate_use(rate, 120) for rate in RATES}
    figures: dict[str, Any] = {
        "rates": rates,
        "share_of_rate": min(one["share_of_rate"] for one in rates.values()),
        "throttled_share": max(one["throttled_share"] for one in rates.values()),
        "fairness": {f"{rate:g}": fairness(rate, 10_000_000, 1_000) for rate in (200.0, 1_000.0)},
    }
    save(PACING, figures)
    show(f"Pacing in virtual time ({PACING.name})", figures)


if __name__ == "__main__":
    main()
