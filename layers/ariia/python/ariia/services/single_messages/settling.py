"""Looking after single messages until nobody waits any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.batch import Batch
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.put_off import is_void, marks_of
from ariia.domain.single_messages import batch_of
from ariia.domain.tenants.sending_rules import rules_of
from ariia.ports.clock import Clock
from ariia.ports.ledger.dispatches import DispatchStore
from ariia.ports.ledger.ledger import BatchSummary, SingleLedger
from ariia.ports.tenants import TenantStore
from ariia.services.release.resolving import UnknownResolver
from ariia.services.single_messages.messages import SingleMessages, Standing, excluded, standing_of


@dataclass(frozen=True)
class SinglePolicy:
    """Times in seconds: how long a queued message may stay untouched before it is queued again, and when somebody looks
    whether the account may send again, which nobody tells us."""

    requeue_seconds: int = 180
    account_seconds: int = 300


class SingleSettler:
    """Brings single messages on, as often as it is asked to."""

    def __init__(
        self,
        singles: SingleMessages,
        dispatches: DispatchStore,
        ledger: SingleLedger,
        resolver: UnknownResolver,
        tenants: TenantStore,
        clock: Clock,
        policy: SinglePolicy | None = None,
    ) -> None:
        self._singles, self._dispatches, self._ledger, self._tenants = singles, dispatches, ledger, tenants
        self._resolver, self._clock, self._policy = resolver, clock, policy or SinglePolicy()

    def settle(self, tenant_id: str, container_id: str, member_ids: Sequence[str]) -> Standing:
        """Brings the message on: resolves a claim that nobody ended, queues again what was lost, dropped or stopped,
        and expires what is too late. NotFoundError when it was never prepared: prepare it (again)."""
        container = self._singles.container(tenant_id, container_id)
        batch = self._batch(container, member_ids)
        given_up = batch.claim is not None
        if batch.claim is not None:
            summary = BatchSummary(batch.key, len(batch.entries), len(batch.pending), batch.claim)
            resolution = self._resolver.resolve(container, summary)
            if not resolution.settled:
                return Standing(batch.entries, min(resolution.wake_at), in_flight=True)
            batch = self._batch(container, member_ids)
        if batch.is_settled or batch.claim is not None:
            return standing_of(batch, self._clock.now())
        return self._bring_on(self._renewed(container), batch, at_once=given_up)

    def _bring_on(self, container: Dispatch, batch: Batch, *, at_once: bool) -> Standing:
        """An unclaimed batch that waits: expired, stopped, parked, not open yet, or to be queued again; `at_once` when
        its message is used up, otherwise when that must have been lost or dropped."""
        now = self._clock.now()
        opens_at = container.lane_opening(batch.key.lane, now)
        if opens_at is None:
            return self._expire(batch, now)
        if container.paused_at is not None:
            return self._after_stop(container, batch, now)
        if opens_at > now:
            return Standing(batch.entries, opens_at)
        if not self._singles.may_queue(container):
            return Standing(batch.entries, self._look_again(now))
        wait_until = _wait_until(container, batch)
        if wait_until is not None and now < wait_until:
            return Standing(batch.entries, wait_until)
        due = container.run_began_at + self._policy.requeue_seconds * 1000
        has_waited = wait_until is not None and container.run_began_at < wait_until
        if now < due and not at_once and not has_waited:
            return Standing(batch.entries, due)
        return self._queue_again(container, batch, now)

    def _queue_again(self, container: Dispatch, batch: Batch, now: int) -> Standing:
        """Queued first, written down second: a crash in between queues twice, never not at all."""
        self._singles.queue(container, batch)
        container.run_began_at = container.updated_at = now
        container.paused_at = container.pause_reason = None
        self._dispatches.save_container(container)
        return Standing(batch.entries, now + self._policy.requeue_seconds * 1000)

    def _after_stop(self, container: Dispatch, batch: Batch, now: int) -> Standing:
        """The provider said that nobody may send now: after a while it is asked again."""
        again = self._look_again(container.paused_at or now)
        if now < again:
            return Standing(batch.entries, again, stopped=container.pause_reason)
        reason, container.paused_at = container.pause_reason, None
        if not self._dispatches.save_container(container):
            return Standing(batch.entries, now + 1000, stopped=reason)
        return replace(self._queue_again(container, batch, now), stopped=reason)

    def _look_again(self, since: int) -> int:
        return since + self._policy.account_seconds * 1000

    def _renewed(self, container: Dispatch) -> Dispatch:
        """The container with the tenant's rules as they are now; tests obey none."""
        tenant = self._tenants.get(container.tenant_id) if container.traits.obeys_tenant else None
        if tenant is None or rules_of(tenant) == container.rules:
            return container
        container.rules, container.rules_changed_at = rules_of(tenant), self._clock.now()
        container.updated_at = container.rules_changed_at
        if self._dispatches.save_container(container):
            return container
        return self._singles.container(container.tenant_id, container.id)

    def _expire(self, batch: Batch, now: int) -> Standing:
        expired = [excluded(entry, ExclusionReason.EXPIRED) for entry in batch.entries]
        if self._ledger.rewrite(replace(batch, entries=expired), batch.entries):
            return Standing(expired)
        return Standing(batch.entries, now + 1000)

    def _batch(self, container: Dispatch, member_ids: Sequence[str]) -> Batch:
        batch = self._ledger.batch(batch_of(container, member_ids).key)
        if batch is None:
            raise NotFoundError("this message was never prepared")
        return batch


def _wait_until(container: Dispatch, batch: Batch) -> int | None:
    """Until when the message was put off. Where that was by other rules, it ended with these."""
    if batch.wait_until is None or not is_void(marks_of(batch.entries), len(batch.pending), container.rules_changed_at):
        return batch.wait_until
    return min(batch.wait_until, container.rules_changed_at)
