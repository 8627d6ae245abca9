"""The container of a single message: a dispatch of its own, so that a follow-up, a test send or the question of a
double opt-in goes through the same claim, the same eligibility check and the same receipts as a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ariia.domain.identifiers import shard_of
from ariia.domain.ledger.batch import Batch, BatchKey, Entry
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.rules.wave import Lane, Wave

# As long as an import's file: test recipients carry people's addresses, and the data of whom they stand for.
TEST_RECIPIENTS_KEPT_MS = 7 * 86_400_000
LANE, WAVE = "l0", "w0"
# Only a run's epoch must be the same in all that it starts; a container has one run, from its first write on.
EPOCH = 1


def sending(container: Dispatch, *, shards: int, not_before: int | None, not_after: int | None, now: int) -> Dispatch:
    """`container` as a control record that may send from `not_before` to `not_after` (epoch ms, None = any time)."""
    return replace(
        container,
        status=CampaignStatus.SENDING,
        epoch=EPOCH,
        run_began_at=now,
        created_at=now,
        updated_at=now,
        one_per_address=False,
        shards=shards,
        batch_size=1,
        waves=[Wave(WAVE, not_before, not_after)],
        lanes=[Lane(LANE, WAVE, container.channel)],
    )


def batch_key(container: Dispatch, first_member: str) -> BatchKey:
    """Where the container's only batch rests; `first_member` is the least of the ids in it."""
    shard = shard_of(first_member, container.shards)
    return BatchKey(container.tenant_id, container.id, shard, first_member, LANE, 0)


def batch_of(container: Dispatch, member_ids: Sequence[str]) -> Batch:
    """The container's only batch, nothing done yet. Several ids must be of test recipients, as
    members rest in several shards."""
    ids = sorted(member_ids)
    return Batch(batch_key(container, ids[0]), [Entry(one) for one in ids])
