"""Counting a large audience as a job: what is asked, the task of one shard, and what of it is done."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.audience.audience import AudienceFilter, FollowUp
from ariia.domain.audience.counting import AudienceCount, CountRules
from ariia.domain.audience.target import FollowUpCondition, SegmentCopy, TargetType
from ariia.domain.channel import Channel
from ariia.domain.rules.frequency_cap import FrequencyCap

# 20,000 hashes take 213 KB as text: two thirds of what one DynamoDB item holds (400 KB).
HASHES_PER_PIECE = 20_000
_HASH_BYTES = 8
# Pieces of a shard's hashes beyond the first are parts of their own: number = piece * 1000 + shard.
PIECE_STEP = 1_000


@dataclass
class CountedAudience:
    """The result: members by what would become of them; `missing` by variable that has no value for them."""

    matched: int = 0
    will_get: int = 0
    deferred: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    sample: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, count: AudienceCount) -> CountedAudience:
        """The result of a whole count."""
        return cls(
            matched=count.matched,
            will_get=count.will_get,
            deferred=count.deferred,
            excluded=count.excluded_by_reason,
            missing=dict(count.missing),
            segments=dict(count.segments),
            left_out=dict(count.left_out),
            sample=list(count.sample),
        )


@dataclass(kw_only=True)
class AudienceQuestion:
    """Whom to count, and how: what every job that counts an audience holds among its own fields. `at` (epoch ms) is the
    instant from which the days in filters are counted back."""

    channel: Channel = Channel.EMAIL
    one_per_address: bool = True
    required: list[str] = field(default_factory=list)
    cap: FrequencyCap | None = None
    target_type: TargetType = TargetType.ALL_MEMBERS
    target_filter_json: dict[str, Any] = field(default_factory=dict)
    exclude: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, SegmentCopy] = field(default_factory=dict)
    follow_up_of: str | None = None
    follow_up_condition: FollowUpCondition | None = None
    at: int = 0

    @property
    def audience(self) -> AudienceFilter:
        """Whom it counts."""
        follow_up = None
        if self.follow_up_of is not None and self.follow_up_condition is not None:
            follow_up = FollowUp(self.follow_up_of, self.follow_up_condition)
        return AudienceFilter.parse(
            self.target_type,
            self.target_filter_json,
            self.exclude,
            segments=self.segments,
            follow_up=follow_up,
            at=self.at,
        )

    @property
    def rules(self) -> CountRules:
        """How it counts them."""
        return CountRules(self.channel, self.one_per_address, self.required, self.cap, self.at)


@dataclass
class ShardCount:
    """How far one shard is counted: `after` is the last member id that is in `count`."""

    count: AudienceCount = field(default_factory=AudienceCount)
    after: str | None = None
    done: bool = False

    def pieces(self) -> list[dict[str, Any]]:
        """The documents it rests in; the first says how many there are."""
        hashes = list(_packed(self.count.shared)) or [""]
        first = {
            "matched": self.count.matched,
            "alone": self.count.alone,
            "deferred": self.count.deferred,
            "sharing": self.count.sharing,
            "excluded": self.count.excluded,
            "missing": self.count.missing,
            "segments": self.count.segments,
            "left_out": self.count.left_out,
            "sample": self.count.sample,
            "after": self.after,
            "done": self.done,
            "pieces": len(hashes),
            "shared": hashes[0],
        }
        return [first, *({"shared": one} for one in hashes[1:])]

    @classmethod
    def from_pieces(cls, pieces: list[dict[str, Any]]) -> ShardCount:
        """What `pieces` made these documents of."""
        first = pieces[0]
        shared = {one for piece in pieces for one in _unpacked(piece["shared"])}
        excluded, missing = dict(first["excluded"]), dict(first["missing"])
        numbers = {name: first.get(name, 0) for name in ("matched", "alone", "deferred", "sharing")}
        count = AudienceCount(**numbers, shared=shared, excluded=excluded, missing=missing)
        count.segments, count.left_out = dict(first.get("segments", {})), dict(first.get("left_out", {}))
        count.sample = list(first.get("sample", []))
        return cls(count, first["after"], first["done"])


@dataclass(frozen=True)
class CountTask:
    """What an invocation is told: which shard of which job to count; `kind` is that under which the job rests."""

    tenant_id: str
    kind: str
    job_id: str
    shard: int

    def to_payload(self) -> dict[str, Any]:
        """What `from_payload` reads."""
        return {"tenant": self.tenant_id, "kind": self.kind, "job": self.job_id, "shard": self.shard}

    @classmethod
    def from_payload(cls, values: Mapping[str, Any]) -> CountTask:
        """The task of a payload; ValueError, KeyError or TypeError when it is none of ours."""
        return cls(values["tenant"], values["kind"], values["job"], int(values["shard"]))


def _packed(hashes: Iterable[int]) -> Iterator[str]:
    ordered = sorted(hashes)
    for start in range(0, len(ordered), HASHES_PER_PIECE):
        raw = b"".join(one.to_bytes(_HASH_BYTES, "big") for one in ordered[start : start + HASHES_PER_PIECE])
        yield base64.b64encode(raw).decode()


def _unpacked(text: str) -> Iterator[int]:
    raw = base64.b64decode(text)
    for start in range(0, len(raw), _HASH_BYTES):
        yield int.from_bytes(raw[start : start + _HASH_BYTES], "big")
