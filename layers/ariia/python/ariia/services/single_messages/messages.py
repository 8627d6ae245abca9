"""Single messages: put into a container of their own, queued, and looked after until nobody waits any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.content.content import Content
from ariia.domain.documents import encode, fingerprint
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.dispatch import ONLY, Dispatch, MessageRef
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.members.member import Member
from ariia.domain.next_steps.waits import Wait
from ariia.domain.recipients.recipient import Recipient, recipient
from ariia.domain.single_messages import batch_of, sending
from ariia.domain.wait_cause import WaitCause
from ariia.ports.clock import Clock
from ariia.ports.ledger.dispatches import DispatchStore
from ariia.ports.ledger.ledger import Partition, SingleLedger
from ariia.ports.ledger.sending import SendQueue
from ariia.services.release.account_rate import AccountRate

_TRIES = 8


@dataclass(frozen=True)
class Standing:
    """How a single message stands. `wake_at` (epoch ms) is when looking again makes sense, None = it is over;
    `in_flight`: a sender holds it, or its outcome is being resolved; `stopped`: why the provider sends nothing now."""

    entries: Sequence[Entry]
    wake_at: int | None = None
    in_flight: bool = False
    stopped: str | None = None

    @property
    def is_over(self) -> bool:
        """True when nobody of the message waits any more."""
        return all(entry.state is not EntryState.PENDING for entry in self.entries)


class SingleMessages:
    """Every step may be killed and repeated: the container is found by its id, the batch is put only if absent, and a
    message that is queued twice finds nothing to claim."""

    def __init__(
        self,
        dispatches: DispatchStore,
        ledger: SingleLedger,
        queues: Mapping[Channel, SendQueue],
        rate: AccountRate,
        clock: Clock,
        shards: int,
    ) -> None:
        """`shards` is the deployment's number of member shards."""
        self._dispatches, self._ledger, self._queues, self._rate = dispatches, ledger, queues, rate
        self._clock, self._shards = clock, shards

    def prepare(
        self,
        container: Dispatch,
        content: Content,
        member_ids: Sequence[str],
        *,
        message_of: str | None = None,
        test_recipients: Sequence[Member] = (),
        not_before: int | None = None,
        not_after: int | None = None,
    ) -> Dispatch:
        """Makes the container (id, tenant, channel and what its template prints are the caller's), puts the batch and
        queues it; the stored container. With `test_recipients` the ids are theirs and they need not be members.
        `message_of`: whose the content is, where several containers say the same (None = the container's own)."""
        shards = 1 if test_recipients else self._shards
        now = self._clock.now()
        made = sending(container, shards=shards, not_before=not_before, not_after=not_after, now=now)
        message = MessageRef(message_of or container.id, fingerprint(encode(content)))
        made.messages = {ONLY: message}
        # First: a container that is found has its message.
        self._dispatches.keep_message(container.tenant_id, message, content)
        if not self._dispatches.create_container(made, test_recipients):
            made = self.container(container.tenant_id, container.id)
        batch = batch_of(made, member_ids)
        is_new = self._ledger.put_batch(batch)
        stored = batch if is_new else self._ledger.batch(batch.key)
        if stored is not None and stored.claim is None and stored.pending and self.may_queue(made):
            self.queue(made, stored)
        return made

    def recipients(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> list[Recipient]:
        """What became of each, batch and receipts merged; empty when it was never prepared."""
        container = self._dispatches.get(tenant_id, container_id)
        batch = self._ledger.batch(batch_of(container, member_ids).key) if container else None
        if container is None or batch is None:
            return []
        ids = sorted(entry.member_id for entry in batch.entries)
        partition = Partition(tenant_id, container_id, batch.key.shard)
        receipts, now = self._ledger.receipts_between(partition, ids[0], ids[-1]), self._clock.now()
        found = [
            recipient(container, batch, entry, receipts.get((entry.member_id, batch.key.lane)), now)
            for entry in batch.entries
        ]
        return [replace(one, waits=self.in_turn(container.channel, one.waits)) for one in found]

    def in_turn(self, channel: Channel, wait: Wait | None) -> Wait | None:
        """Who waits for their turn waits for the account while that may not send."""
        refused = self._rate.refusal(channel) if wait is not None and wait.cause is WaitCause.RATE else None
        return Wait(refused) if refused is not None else wait

    def cancel(self, container: Dispatch, member_id: str) -> Standing:
        """Excludes the only recipient as `cancelled`, unless a sender holds the message or it is over: the standing
        says which. One conditional write decides between this and every sender, prepared or not."""
        made = sending(container, shards=self._shards, not_before=None, not_after=None, now=self._clock.now())
        batch = batch_of(made, [member_id])
        cancelled = [excluded(entry, ExclusionReason.CANCELLED) for entry in batch.entries]
        if self._ledger.put_batch(replace(batch, entries=cancelled)):
            return Standing(cancelled)
        for _ in range(_TRIES):
            stored = self._ledger.batch(batch.key)
            if stored is None:
                raise TransientError("the message's row is gone")
            if stored.is_settled or stored.claim is not None:
                return standing_of(stored, self._clock.now())
            if self._ledger.rewrite(replace(stored, entries=cancelled), stored.entries):
                return Standing(cancelled)
        raise TransientError("the message changed too often; try again")

    def may_queue(self, container: Dispatch) -> bool:
        """False while the channel's account takes nothing."""
        return self._rate.may_send(container.channel)

    def queue(self, container: Dispatch, batch: Batch) -> None:
        """Queues the batch; twice is harmless."""
        self._queues[container.channel].put([QueuedBatch(batch.key, len(batch.pending))])

    def container(self, tenant_id: str, container_id: str) -> Dispatch:
        """The stored container; NotFoundError when it was never prepared."""
        container = self._dispatches.get(tenant_id, container_id)
        if container is None:
            raise NotFoundError("this message was never prepared")
        return container


def excluded(entry: Entry, reason: ExclusionReason) -> Entry:
    """A waiting entry excluded for `reason`; another one as it is."""
    if entry.state is not EntryState.PENDING:
        return entry
    return replace(entry, state=EntryState.EXCLUDED, detail=str(reason))


def standing_of(batch: Batch, now: int) -> Standing:
    """How the batch stands at `now`."""
    if batch.is_settled:
        return Standing(batch.entries)
    wake_at = batch.claim.lease_until if batch.claim else now
    return Standing(batch.entries, wake_at, in_flight=batch.claim is not None)
