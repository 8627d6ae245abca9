"""Deciding about members whose send has no known outcome (tenant setting `hold_unknown`): send again, or give up.

Evidence beats a decision, before and after it: whom an event shows to have been reached is not sent to again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.run import is_in_charge, take_charge
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.errors import ConflictError, NotFoundError, TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import BATCH_PREFIX, Batch, BatchKey, Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.evidence import proven
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.ledger.ledger import Ledger, Partition
from ariia.ports.workflows import Executions

MOST_AT_ONCE = 200
_TRIES = 8
_S = CampaignStatus


class Decision(StrEnum):
    """What becomes of a held member."""

    SEND_AGAIN = "send_again"
    GIVE_UP = "give_up"


@dataclass
class Decided:
    """Member ids by what became of them: `decided` as asked for, `reached` by the first attempt as an event shows,
    `not_held` (no recipient, or settled otherwise: nothing was changed)."""

    campaign: Campaign
    decided: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    not_held: list[str] = field(default_factory=list)


class HeldMembers:
    """Every step may be repeated: who is decided already is decided again without effect, and a run that a crash kept
    from starting is started."""

    def __init__(self, campaigns: CampaignStore, ledger: Ledger, runs: Executions, clock: Clock) -> None:
        self._campaigns, self._ledger, self._runs, self._clock = campaigns, ledger, runs, clock

    def decide(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        decision: Decision,
        member_ids: Sequence[str],
        reason: str | None = None,
    ) -> Decided:
        """Decides about up to `MOST_AT_ONCE` members and notes who, when and why in the campaign's history. Those who
        are sent to again wait like anybody else: a campaign that is over starts a run for them. NotFoundError;
        ConflictError for a campaign that has not been planned or, to send again, is cancelled; TransientError while a
        sender holds a batch (nothing is lost by asking again)."""
        done = Decided(self._readable(tenant_id, campaign_id, decision))
        for batch, ids in self._batches(done, sorted(set(member_ids))):
            self._decide_batch(done, decision, batch.key, ids)
        if done.decided:
            done.campaign = self._note(done, decision, by, reason)
        if done.decided and decision is Decision.SEND_AGAIN and done.campaign.status in (_S.SENT, _S.FAILED):
            done.campaign = self._start(done.campaign, by, reason)
        return done

    def _readable(self, tenant_id: str, campaign_id: str, decision: Decision) -> Campaign:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign is None or campaign.kind is not DispatchKind.CAMPAIGN:
            raise NotFoundError("there is no such campaign")
        cancelled = campaign.status is _S.CANCELLED and decision is Decision.SEND_AGAIN
        if campaign.planned_at is None or cancelled:
            message = f"nobody of a campaign that is {campaign.shown_status} can be decided about so"
            raise ConflictError(message, about=campaign)
        return campaign

    def _batches(self, done: Decided, member_ids: Sequence[str]) -> list[tuple[Batch, list[str]]]:
        campaign, found = done.campaign, dict[BatchKey, tuple[Batch, list[str]]]()
        for member_id in member_ids:
            partition = Partition(campaign.tenant_id, campaign.id, shard_of(member_id, campaign.shards))
            page = self._ledger.page_of(partition, member_id)
            mine = [batch for batch in page if any(entry.member_id == member_id for entry in batch.entries)]
            if not mine:
                done.not_held.append(member_id)
            for batch in mine:
                found.setdefault(batch.key, (batch, []))[1].append(member_id)
        return list(found.values())

    def _decide_batch(self, done: Decided, decision: Decision, key: BatchKey, ids: Sequence[str]) -> None:
        partition = Partition(key.tenant_id, key.campaign_id, key.shard)
        for _ in range(_TRIES):
            batch = self._ledger.batch(key)
            if batch is None:
                raise NotFoundError("the batch is gone")
            # The receipts after the batch: evidence that came before we rewrite is in one of them, or makes us fail.
            receipts = self._ledger.receipts_between(partition, min(ids), max(ids))
            known = {one: proven(one, receipts.get((one, key.lane))) for one in ids}
            entries = [
                _after(entry, decision, known[entry.member_id]) if entry.member_id in known else entry
                for entry in batch.entries
            ]
            if entries == batch.entries or self._rewritten(batch, entries):
                self._sort(done, decision, batch, {one.member_id: one for one in entries if one.member_id in known})
                return
        raise TransientError("a sender is at work on members of the same batch: ask again in a moment")

    def _rewritten(self, batch: Batch, entries: list[Entry]) -> bool:
        return batch.claim is None and self._ledger.rewrite(replace(batch, entries=entries), batch.entries)

    def _sort(self, done: Decided, decision: Decision, before: Batch, after: dict[str, Entry]) -> None:
        for entry in before.entries:
            now = after.get(entry.member_id)
            if now is None:
                continue
            if _is_decided(now, decision):
                done.decided.append(entry.member_id)
            elif _is_held(entry) and now.state is EntryState.ACCEPTED:
                done.reached.append(entry.member_id)
            else:
                done.not_held.append(entry.member_id)
        if decision is Decision.SEND_AGAIN and any(one.state is EntryState.PENDING for one in after.values()):
            self._wind_back(before.key)

    def _wind_back(self, key: BatchKey) -> None:
        """Has the run settle this page again: it finds the pending members there and queues them."""
        partition = Partition(key.tenant_id, key.campaign_id, key.shard)
        before_page = f"{BATCH_PREFIX}{key.page}"
        for _ in range(_TRIES):
            cursor = self._ledger.release_cursors([partition], [key.lane])[(key.shard, key.lane)]
            if cursor.settled <= before_page:
                return
            moved = replace(cursor, settled=before_page, version=cursor.version + 1)
            if self._ledger.save_release_cursor(partition, key.lane, moved):
                return
        raise TransientError("the campaign is being settled: ask again in a moment")

    def _note(self, done: Decided, decision: Decision, by: str, reason: str | None) -> Campaign:
        """The history entry. It comes after the ledger: a run that looked before is kept from finishing by it."""
        told = f"{len(done.decided)} held members" + (f": {reason}" if reason else "")

        def apply(fresh: Campaign) -> Move:
            now = self._clock.now()
            if decision is Decision.SEND_AGAIN:
                fresh.decided_at = now
                fresh.only_pending = fresh.status in (_S.SENT, _S.FAILED)
            fresh.updated_at = now
            return Move(str(decision), fresh.shown_status, fresh.shown_status, by, now, told)

        return self._update(done.campaign, apply)

    def _start(self, campaign: Campaign, by: str, reason: str | None) -> Campaign:
        epoch = campaign.version
        self._runs.start(campaign.tenant_id, campaign.id, epoch)
        move = take_charge(campaign, epoch, by=by, at=self._clock.now(), reason=reason)
        if self._campaigns.save(CampaignChange(campaign, moves=[move])):
            return campaign
        fresh = self._campaigns.get(campaign.tenant_id, campaign.id)
        if fresh is None or not is_in_charge(fresh, epoch):
            raise TransientError("the campaign changed meanwhile: ask again")
        return fresh

    def _update(self, campaign: Campaign, apply: Callable[[Campaign], Move]) -> Campaign:
        for _ in range(_TRIES):
            fresh = self._campaigns.get(campaign.tenant_id, campaign.id)
            if fresh is None:
                raise NotFoundError("there is no such campaign")
            if self._campaigns.save(CampaignChange(fresh, moves=[apply(fresh)])):
                return fresh
        raise TransientError("the campaign changes too often at present: ask again")


def _is_held(entry: Entry) -> bool:
    return entry.state is EntryState.EXCLUDED and entry.detail == ExclusionReason.NEEDS_DECISION


def _is_decided(entry: Entry, decision: Decision) -> bool:
    if decision is Decision.SEND_AGAIN:
        return entry.state is EntryState.PENDING
    return entry.state is EntryState.EXCLUDED and entry.detail == ExclusionReason.GIVEN_UP


def _after(entry: Entry, decision: Decision, reached: Entry | None) -> Entry:
    if not _is_held(entry):
        return entry
    if reached is not None:
        return reached
    if decision is Decision.SEND_AGAIN:
        return Entry(entry.member_id)
    return replace(entry, detail=str(ExclusionReason.GIVEN_UP))
