"""What the two halves of a round share: its policy, and the tally of what it saw and did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ariia.domain.ledger.batch import BatchKey, ReleaseCursor
from ariia.domain.ledger.dispatch import ACCEPTED_CONTENT, Dispatch
from ariia.ports.ledger.ledger import Partition, ReleaseLedger

Cursors = dict[tuple[int, str], ReleaseCursor]
Moved = dict[tuple[Partition, str], ReleaseCursor]


_MANY = 1_000


@dataclass(frozen=True)
class ReleasePolicy:
    """Times in seconds: shortest wait between rounds, how much sending one round queues, how long a queued batch may
    stay untouched before it is queued again (its message was lost or dropped), and how long after a cancel a sender
    that had looked before may still make a claim (its invocation's time and more)."""

    round_seconds: int = 10
    horizon_seconds: int = 120
    requeue_seconds: int = 180
    linger_seconds: int = 120

    def wait_for(self, members: int, per_second: float) -> float:
        """How long the last queued `members` of a campaign keep the senders busy at the account's whole rate, in
        seconds, at most three rounds. Settling 16 shards takes some forty calls, which is much beside a thousand
        members; 0 for fewer, so that a small campaign is seen to end at once. While there is more to queue, a round
        touches one shard or two and comes at its usual pace: it also looks at bounces and complaints."""
        if members < _MANY or not per_second:
            return 0.0
        return min(3.0 * self.round_seconds, members / per_second + 1)


@dataclass
class RoundReport:
    """What one round saw and did. Members: `outstanding` are queued and wait, `released` were queued now. Batches:
    `claimed` are with a sender, `held` wait for proof that events arrive. `settled` counts cursors that moved.
    `unfinished` = lanes that are not all queued and settled, `unreleased` = that are not all queued; `per_second` = the
    account's rate, 0 before it was looked at; `parked` = why the account may not send at present, `stopped` = why it
    will not until somebody has settled that with the provider; `wake_at` = when looking makes sense (epoch ms).
    Members of all that was released: `accepted` by the provider, `failed`; `failed_in` is a batch with one of these;
    `unknown`: only events can tell whether they got it. `ruled`: some wait by the tenant's rules, which may be changed
    at any time."""

    outstanding: int = 0
    released: int = 0
    settled: int = 0
    claimed: int = 0
    held: int = 0
    unfinished: bool = False
    unreleased: bool = False
    per_second: float = 0.0
    parked: str | None = None
    stopped: str | None = None
    wake_at: list[int] = field(default_factory=list)
    accepted: int = 0
    failed: int = 0
    failed_in: BatchKey | None = None
    unknown: int = 0
    ruled: bool = False

    def wait(self, until: int, *, ruled: bool) -> None:
        """Notes that something waits until an instant (epoch ms), or for the tenant's rules."""
        self.wake_at.append(until)
        self.ruled = self.ruled or ruled

    def see(self, key: BatchKey, accepted: int, failed: int) -> None:
        """Counts what became of the members of a batch so far."""
        self.accepted += accepted
        self.failed += failed
        self.failed_in = self.failed_in or (key if failed else None)


def claimable(cursor: ReleaseCursor) -> str:
    """The last row that a sender may hold a claim on."""
    return max(cursor.released, cursor.announced)


def move_cursors(ledger: ReleaseLedger, wanted: Mapping[tuple[Partition, str], ReleaseCursor]) -> Moved:
    """Stores the wanted cursors (by partition and lane), each as the one after the version that it has. The cursors as
    they stand then, without those with which another round was faster."""
    if not wanted:
        return {}
    moved = {place: replace(cursor, version=cursor.version + 1) for place, cursor in wanted.items()}
    saved = ledger.save_release_cursors(moved)
    return {place: cursor for place, cursor in moved.items() if place in saved}


# So many failures before the first success are no chance.
_MANY_FAILURES = 20


def only_fails(campaign: Dispatch, tally: RoundReport) -> bool:
    """True when many messages failed before any was taken, which no person has accepted yet."""
    is_new = not campaign.went_out and ACCEPTED_CONTENT not in campaign.despite
    return is_new and tally.accepted == 0 and tally.failed >= _MANY_FAILURES
