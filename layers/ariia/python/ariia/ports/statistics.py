"""Where counters rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ariia.domain.statistics import Counts


@dataclass(frozen=True)
class LedgerChange:
    """One stream record: its place in the stream (zero-padded), whose it is, and what it adds to the counters."""

    sequence: str
    campaign_key: str
    counts: Counts


@dataclass
class Fold:
    """What a run of stream records adds up to: changes by campaign key, up to a sequence number (zero-padded)."""

    stream_shard: str
    watermark: str
    changes: dict[str, Counts] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """How many items applying it will touch, the watermark's included."""
        return 1 + len({(campaign, group) for campaign, counts in self.changes.items() for group, _ in counts})


class StatisticsStore(Protocol):
    """Counters by (campaign, stream shard); each fold is counted once."""

    def watermark(self, stream_shard: str) -> str:
        """The last sequence number that was counted, zero-padded; empty when none was. Strongly consistent."""
        ...

    def apply(self, fold: Fold, expected_watermark: str) -> bool:
        """Adds the changes and moves the watermark in one transaction; False when the watermark is another by now."""
        ...

    def read(self, campaign_key: str, groups: str = "") -> Mapping[tuple[str, str], int]:
        """The sums over all stream shards by (group, name), of the groups whose names begin with `groups`."""
        ...
