"""The container of a single message: a control record of its own that the send path treats like a campaign, so that a
follow-up, a test send or the question of a double opt-in goes through the same claim, the same last look and the same
receipts as everything else.

Its id tells what it is, as every row of the ledger and every tag of a message carries it. Campaign ids are ULIDs and
begin with a digit up to the year 10889, so containers sort behind all of them and lists leave them out by their key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from ariia.domain.address import address_hash
from ariia.domain.campaigns.campaign import Campaign, CampaignStatus
from ariia.domain.channel import Channel
from ariia.domain.identifiers import derived_id, shard_of
from ariia.domain.ledger.batch import Batch, BatchKey, Entry
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.domain.rules.wave import Lane, Wave

FIRST_CONTAINER = "z"
# As long as an import's file: stand-ins carry people's addresses, and the data of whom they stand for.
STAND_INS_KEPT_MS = 7 * 86_400_000
LANE, WAVE = "l0", "w0"
_STAND_IN = re.compile(f"({'|'.join(Channel)})-[0-9a-f]{{32}}")
# Only a run's epoch must be the same in all that it starts; a container has one run, from its first write on.
EPOCH = 1


class SingleKind(StrEnum):
    """What a single message is; part of its container's id."""

    FOLLOW_UP = "f"
    TEST = "t"
    CONFIRMATION = "c"


def container_id(kind: SingleKind, *parts: str) -> str:
    """The id of the container for what `parts` name: always the same one, so that preparing it again finds it."""
    return f"{FIRST_CONTAINER}{kind}-{derived_id(kind, *parts)}"


def kind_of(campaign_id: str) -> SingleKind | None:
    """What kind of single message this id belongs to; None for a campaign's."""
    known = campaign_id[:1] == FIRST_CONTAINER and campaign_id[2:3] == "-" and campaign_id[1:2] in set(SingleKind)
    return SingleKind(campaign_id[1]) if known else None


def is_confirmation(campaign_id: str) -> bool:
    """True for the container of a double opt-in's question, which goes to those who have not agreed yet."""
    return kind_of(campaign_id) is SingleKind.CONFIRMATION


def counted_under(tenant_id: str, campaign_id: str) -> str | None:
    """The campaign key that the figures of this id are counted under: a campaign's own, one for all follow-ups of a
    tenant, and None for test sends and confirmations, which count nowhere."""
    kind = kind_of(campaign_id)
    if kind is None:
        return f"{tenant_id}#{campaign_id}"
    return follow_ups_key(tenant_id) if kind is SingleKind.FOLLOW_UP else None


def follow_ups_key(tenant_id: str) -> str:
    """What the figures of all follow-ups of a tenant are counted under."""
    return f"{tenant_id}#{FIRST_CONTAINER}{SingleKind.FOLLOW_UP}"


def sending(container: Campaign, *, shards: int, not_before: int | None, not_after: int | None, now: int) -> Campaign:
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


def batch_key(container: Campaign, first_member: str) -> BatchKey:
    """Where the container's only batch rests; `first_member` is the least of the ids in it."""
    shard = shard_of(first_member, container.shards)
    return BatchKey(container.tenant_id, container.id, shard, first_member, LANE, 0)


def batch_of(container: Campaign, member_ids: Sequence[str]) -> Batch:
    """The container's only batch, nothing done yet. Several ids must be stand-ins: members rest in several shards."""
    ids = sorted(member_ids)
    return Batch(batch_key(container, ids[0]), [Entry(one) for one in ids])


def stand_in_id(channel: Channel, address: str) -> str:
    """The id of a recipient who is no member: it names the address, so that what is known of the address is found."""
    return f"{channel}-{address_hash(channel, address)}"


def is_stand_in(member_id: str) -> bool:
    """True for what has the form of a stand-in's id; a member's may have it too."""
    return _STAND_IN.fullmatch(member_id) is not None


def address_place(stand_in: str) -> tuple[Channel, str]:
    """Channel and hash of the address that a stand-in's id names."""
    channel, _, digest = stand_in.partition("-")
    return Channel(channel), digest


def as_known(stand_in: Member, suppression: Suppression | None, withdrawal: Consent | None) -> Member:
    """The stand-in with what the tenant knows of the address: a suppressed one, or one that opted out, gets nothing."""
    channel, _ = address_place(stand_in.id)
    consent = withdrawal or Consent(ConsentStatus.GRANTED, "named", stand_in.created_at)
    suppressed = {channel.value: suppression} if suppression is not None else {}
    return replace(stand_in, consent={channel.value: consent}, suppression=suppressed)
