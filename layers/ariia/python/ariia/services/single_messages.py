"""Single messages: put into a container of their own, queued, and looked after until nobody waits any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ariia.domain.batch import Batch, Entry, EntryState
from ariia.domain.campaign import Campaign, Content, fingerprint
from ariia.domain.channel import Channel
from ariia.domain.consent import ExclusionReason
from ariia.domain.documents import encode
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.member import Member
from ariia.domain.queued_batch import QueuedBatch
from ariia.domain.single_message import batch_of, sending
from ariia.domain.wave import Wave
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger import BatchSummary, SingleLedger
from ariia.ports.sending import SendQueue

from .account_rate import AccountRate
from .resolving import UnknownResolver

_TRIES = 8


@dataclass(frozen=True)
class SinglePolicy:
    """Times in seconds: how long a queued message may stay untouched before it is queued again, how long one that the
    provider stopped waits for the account, and how long one waits that the account's quota has no room for."""

    requeue_seconds: int = 180
    stopped_seconds: int = 900
    parked_seconds: int = 900


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
        campaigns: CampaignStore,
        ledger: SingleLedger,
        queues: Mapping[Channel, SendQueue],
        rate: AccountRate,
        resolver: UnknownResolver,
        clock: Clock,
        shards: int,
        policy: SinglePolicy | None = None,
    ) -> None:
        """`shards` is the deployment's number of member shards."""
        self._campaigns, self._ledger, self._queues, self._rate = campaigns, ledger, queues, rate
        self._resolver, self._clock, self._shards = resolver, clock, shards
        self._policy = policy or SinglePolicy()

    def prepare(
        self,
        container: Campaign,
        content: Content,
        member_ids: Sequence[str],
        *,
        stand_ins: Sequence[Member] = (),
        not_before: int | None = None,
        not_after: int | None = None,
    ) -> Campaign:
        """Makes the container (id, tenant, channel and what its template prints are the caller's), puts the batch and
        queues it; the stored container. With `stand_ins` the ids are theirs and they need not be members."""
        shards = 1 if stand_ins else self._shards
        now = self._clock.now()
        made = sending(container, shards=shards, not_before=not_before, not_after=not_after, now=now)
        made.approved_hash = made.submitted_hash = fingerprint(encode(content))
        frozen = (made.approved_hash, content, None)
        if not self._campaigns.create(CampaignChange(made, frozen=frozen, stand_ins=stand_ins)):
            made = self._stored(container.tenant_id, container.id)
        batch = batch_of(made, member_ids)
        is_new = self._ledger.put_batch(batch)
        stored = batch if is_new else self._ledger.batch(batch.key)
        if stored is not None and stored.claim is None and stored.pending and self._may_queue(made):
            self._queue(made, stored)
        return made

    def settle(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> Standing:
        """Brings the message on: resolves a claim that nobody ended, queues again what was lost, dropped or stopped,
        and expires what is too late. NotFoundError when it was never prepared: prepare it (again)."""
        container = self._stored(tenant_id, container_id)
        batch = self._batch(container, member_ids)
        given_up = batch.claim is not None
        if batch.claim is not None:
            summary = BatchSummary(batch.key, len(batch.entries), len(batch.pending), batch.claim)
            resolution = self._resolver.resolve(container, summary)
            if not resolution.settled:
                return Standing(batch.entries, min(resolution.wake_at), in_flight=True)
            batch = self._batch(container, member_ids)
        if batch.is_settled or batch.claim is not None:
            return _standing(batch, self._clock.now())
        return self._bring_on(container, batch, at_once=given_up)

    def standing(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> Standing:
        """How it stands now; nothing is changed. NotFoundError when it was never prepared."""
        return _standing(self._batch(self._stored(tenant_id, container_id), member_ids), self._clock.now())

    def cancel(self, container: Campaign, member_id: str) -> Standing:
        """Excludes the only recipient as `cancelled`, unless a sender holds the message or it is over: the standing
        says which. One conditional write decides between this and every sender, prepared or not."""
        made = sending(container, shards=self._shards, not_before=None, not_after=None, now=self._clock.now())
        batch = batch_of(made, [member_id])
        cancelled = [_excluded(entry, ExclusionReason.CANCELLED) for entry in batch.entries]
        if self._ledger.put_batch(replace(batch, entries=cancelled)):
            return Standing(cancelled)
        for _ in range(_TRIES):
            stored = self._ledger.batch(batch.key)
            if stored is None:
                raise TransientError("the message's row is gone")
            if stored.is_settled or stored.claim is not None:
                return _standing(stored, self._clock.now())
            if self._ledger.rewrite(replace(stored, entries=cancelled), stored.entries):
                return Standing(cancelled)
        raise TransientError("the message changed too often; try again")

    def _bring_on(self, container: Campaign, batch: Batch, *, at_once: bool) -> Standing:
        """An unclaimed batch that waits: expired, stopped, parked, not open yet, or to be queued again; `at_once` when
        its message is used up, otherwise when that must have been lost or dropped."""
        now, wave = self._clock.now(), container.waves[0]
        if wave.is_over(now):
            return self._expire(batch, now)
        if container.paused_at is not None:
            return self._after_stop(container, batch, now)
        if not wave.is_open(now):
            return Standing(batch.entries, _opens_at(wave, now))
        if not self._may_queue(container):
            return Standing(batch.entries, now + self._policy.parked_seconds * 1000)
        due = container.run_began_at + self._policy.requeue_seconds * 1000
        if now < due and not at_once:
            return Standing(batch.entries, due)
        return self._queue_again(container, batch, now)

    def _queue_again(self, container: Campaign, batch: Batch, now: int) -> Standing:
        """Queued first, written down second: a crash in between queues twice, never not at all."""
        self._queue(container, batch)
        container.run_began_at = container.updated_at = now
        container.paused_at = container.pause_reason = None
        self._campaigns.save(CampaignChange(container))
        return Standing(batch.entries, now + self._policy.requeue_seconds * 1000)

    def _after_stop(self, container: Campaign, batch: Batch, now: int) -> Standing:
        """The provider said that nobody may send now: after a while it is asked again."""
        again = (container.paused_at or now) + self._policy.stopped_seconds * 1000
        if now < again:
            return Standing(batch.entries, again, stopped=container.pause_reason)
        reason, container.paused_at = container.pause_reason, None
        if not self._campaigns.save(CampaignChange(container)):
            return Standing(batch.entries, now + 1000, stopped=reason)
        return replace(self._queue_again(container, batch, now), stopped=reason)

    def _expire(self, batch: Batch, now: int) -> Standing:
        expired = [_excluded(entry, ExclusionReason.EXPIRED) for entry in batch.entries]
        if self._ledger.rewrite(replace(batch, entries=expired), batch.entries):
            return Standing(expired)
        return Standing(batch.entries, now + 1000)

    def _may_queue(self, container: Campaign) -> bool:
        return self._rate.may_send(container.channel)

    def _queue(self, container: Campaign, batch: Batch) -> None:
        self._queues[container.channel].put([QueuedBatch(batch.key, len(batch.pending))])

    def _stored(self, tenant_id: str, container_id: str) -> Campaign:
        container = self._campaigns.get(tenant_id, container_id)
        if container is None:
            raise NotFoundError("this message was never prepared")
        return container

    def _batch(self, container: Campaign, member_ids: Sequence[str]) -> Batch:
        batch = self._ledger.batch(batch_of(container, member_ids).key)
        if batch is None:
            raise NotFoundError("this message was never prepared")
        return batch


def _excluded(entry: Entry, reason: ExclusionReason) -> Entry:
    if entry.state is not EntryState.PENDING:
        return entry
    return replace(entry, state=EntryState.EXCLUDED, detail=str(reason))


def _standing(batch: Batch, now: int) -> Standing:
    if batch.is_settled:
        return Standing(batch.entries)
    wake_at = batch.claim.lease_until if batch.claim else now
    return Standing(batch.entries, wake_at, in_flight=batch.claim is not None)


def _opens_at(wave: Wave, now: int) -> int:
    return wave.not_before if wave.not_before is not None else now
