"""Units of a plan's monthly limits: claimed for a key, used or given back; and the months they are counted in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ariia.domain.tenants.plan import Feature

_KEPT_MS = 400 * 86_400_000


class ClaimState(StrEnum):
    """What has become of a unit."""

    RESERVED = "reserved"
    SETTLED = "settled"
    GIVEN_BACK = "given_back"


@dataclass(frozen=True)
class QuotaClaim:
    """One unit of `feature`, taken for `key` in `month` (yyyy-mm in the zone the tenant had then). `expires_at` is in
    epoch milliseconds: from then on nobody asks for it."""

    tenant_id: str
    feature: Feature
    key: str
    state: ClaimState
    month: str
    expires_at: int
    version: int = 1

    @property
    def is_taken(self) -> bool:
        """True while the unit counts."""
        return self.state is not ClaimState.GIVEN_BACK

    def become(self, state: ClaimState) -> QuotaClaim:
        """The claim after its next change."""
        return replace(self, state=state, version=self.version + 1)


@dataclass(frozen=True)
class MonthCount:
    """Units of one feature in one month: `taken` are reserved or used."""

    taken: int = 0
    used: int = 0

    @property
    def reserved(self) -> int:
        """Units that wait for their send."""
        return self.taken - self.used


def count_changes(before: QuotaClaim | None, after: QuotaClaim) -> dict[str, MonthCount]:
    """What a change of a claim adds to the counts, by month."""
    changes: dict[str, MonthCount] = {}
    for claim, sign in ((before, -1), (after, 1)):
        if claim is not None and claim.is_taken:
            known = changes.get(claim.month, MonthCount())
            used = sign if claim.state is ClaimState.SETTLED else 0
            changes[claim.month] = MonthCount(known.taken + sign, known.used + used)
    return {month: change for month, change in changes.items() if change != MonthCount()}


def new_claim(
    tenant_id: str, feature: Feature, key: str, state: ClaimState, month: str, zone: str, after: QuotaClaim | None
) -> QuotaClaim:
    """A claim in `month`, in place of `after` (an earlier one of the same key) where there is one."""
    version = after.version + 1 if after else 1
    return QuotaClaim(tenant_id, feature, key, state, month, month_end(month, zone) + _KEPT_MS, version)


def month_of(at: int, zone: str) -> str:
    """The month (yyyy-mm) that the instant `at` (epoch ms) lies in by the clocks of `zone` (IANA)."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m")


def month_end(month: str, zone: str) -> int:
    """The first instant (epoch ms) of the month after `month` in `zone`. Where midnight is skipped by a change of the
    clocks, it is the instant of the change."""
    year, number = int(month[:4]), int(month[5:])
    first = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return round(first.astimezone(UTC).timestamp() * 1000)


@dataclass
class Holding:
    """Things about to be made, by id with the instant (epoch ms) until which each counts before it exists."""

    pending: dict[str, int]
    version: int = 0
