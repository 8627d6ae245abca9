"""Rates, queue, quota, pipeline and provider in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ariia.domain.content.content import Content
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import DispatchKind, traits_of
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.domain.members.member import Member
from ariia.domain.members.test_recipients import address_place, as_known
from ariia.ports.ledger.dispatches import DispatchStore
from ariia.ports.ledger.sending import (
    Accepted,
    AccountQuota,
    EntryOutcome,
    MessageSender,
    SendCall,
    SendQueue,
    SendRate,
    SendRates,
)
from ariia.ports.members.members import MemberStore
from ariia.ports.send_reader import SendReader

_BURST_MS = 1_000
_ACTIVE_MS = 30 * 60_000


class MemorySendRates(SendRates):
    """A token bucket per channel, by reservation."""

    def __init__(self) -> None:
        self._rates: dict[str, SendRate] = {}
        self._next_free: dict[str, int] = {}
        self._active: dict[str, dict[str, int]] = {}

    def rate(self, channel: str) -> SendRate | None:
        return self._rates.get(channel)

    def save_rate(self, channel: str, rate: SendRate) -> None:
        self._rates[channel] = rate

    def take(self, channel: str, messages: int, *, now: int, per_second: float, horizon_ms: int) -> int | None:
        start = max(self._next_free.get(channel, 0), now - _BURST_MS)
        if start > now + horizon_ms:
            return None
        self._next_free[channel] = start + round(messages * 1000 / per_second)
        return max(now, start)

    def note_active(self, channel: str, campaign_key: str, now: int) -> int:
        active = self._active.setdefault(channel, {})
        active[campaign_key] = now
        self._active[channel] = {key: at for key, at in active.items() if at > now - _ACTIVE_MS}
        return len(self._active[channel])

    def note_ended(self, channel: str, campaign_key: str) -> None:
        self._active.get(channel, {}).pop(campaign_key, None)


class MemorySendQueue(SendQueue):
    """A list that a test works off."""

    def __init__(self) -> None:
        self.waiting: list[QueuedBatch] = []

    def put(self, batches: Sequence[QueuedBatch]) -> None:
        self.waiting.extend(batches)


class FixedQuota(AccountQuota):
    """An account that always answers the same."""

    def __init__(self, rate: SendRate) -> None:
        self.answer = rate

    def current(self) -> SendRate:
        return self.answer


class MemorySendReader(SendReader):
    """Reads straight from the stores; as consistent as they are."""

    def __init__(self, dispatches: DispatchStore, members: MemberStore) -> None:
        self._dispatches, self._members = dispatches, members

    def dispatch(self, tenant_id: str, dispatch_id: str) -> Dispatch | None:
        return self._dispatches.get(tenant_id, dispatch_id)

    def dispatch_and_members(
        self, tenant_id: str, dispatch_id: str, kind: DispatchKind, shard: int, member_ids: Sequence[str]
    ) -> tuple[Dispatch | None, dict[str, Member]]:
        dispatch = self._dispatches.get(tenant_id, dispatch_id)
        if not traits_of(kind).to_test_recipients:
            return dispatch, self._members.get_many(tenant_id, member_ids)
        stored = self._dispatches.test_recipients(tenant_id, dispatch_id, member_ids)
        return dispatch, {one: self._as_known(tenant_id, test_recipient) for one, test_recipient in stored.items()}

    def _as_known(self, tenant_id: str, test_recipient: Member) -> Member:
        channel, address = address_place(test_recipient.id)
        suppression = self._members.suppression(tenant_id, channel, address)
        withdrawal = self._members.withdrawals(tenant_id, channel, [address]).get(address)
        return as_known(test_recipient, suppression, withdrawal)

    def message(self, tenant_id: str, message: MessageRef) -> Content | None:
        try:
            return self._dispatches.message(tenant_id, message)
        except NotFoundError:
            return None


class RecordingSender(MessageSender):
    """A provider that keeps every call; `answer` may be replaced to refuse, throttle or raise."""

    def __init__(self, answer: Callable[[SendCall], list[EntryOutcome]] | None = None) -> None:
        self.calls: list[SendCall] = []
        self.answer = answer or self._accept

    def send(self, call: SendCall) -> list[EntryOutcome]:
        self.calls.append(call)
        return self.answer(call)

    def _accept(self, call: SendCall) -> list[EntryOutcome]:
        return [Accepted(f"message-{len(self.calls)}-{place}") for place in range(len(call.recipients))]

    @property
    def members(self) -> list[str]:
        """Everybody who was handed over, in order, with repetitions."""
        return [recipient.member_id for call in self.calls for recipient in call.recipients]
