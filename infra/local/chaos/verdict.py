"""Three accounts of one campaign held against each other: the ledger, the provider's own record, and the counters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.demo.agreement import expected_status, wrong_figures
from infra.local.providers.client import SentMessage

Json = dict[str, Any]
# Refusals of an entry after which the member is rightly not sent to again.
FINAL_REFUSALS = frozenset({"INVALID_PARAMETER", "FAILED", "MESSAGE_REJECTED", "BadRequestException"})
_REACHED = frozenset({"sent", "delivered", "opened", "clicked", "bounced"})


@dataclass
class Verdict:
    """Ids of members by what is wrong with them, each in one list only, and figures that are wrong.

    `lost`: the campaign is over for them, and they got nothing although nobody refused them. `doubled`: they got more
    than one message. `unaccounted`: they got what they should, but the ledger says something else of it.
    """

    recipients: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.lost or self.doubled or self.unaccounted or self.figures)


def judge(
    audience: Collection[str],
    recipients: Iterable[Json],
    messages: Iterable[SentMessage],
    refusals: Iterable[Json],
    stats: Mapping[str, Any],
) -> Verdict:
    """`recipients` and `stats` as the API answers them, `messages` and `refusals` as the provider recorded them."""
    rows = list(recipients)
    ledger = {one["member_id"]: one for one in rows}
    taken: dict[str, list[SentMessage]] = defaultdict(list)
    for message in messages:
        taken[message.tags.get("member", "?")].append(message)
    refused = {one["tags"].get("member") for one in refusals if one["status"] in FINAL_REFUSALS}
    verdict = Verdict(len(audience))
    for member in sorted({*audience, *ledger, *taken}):
        _judge_one(verdict, member, ledger.get(member), taken.get(member, []), is_refused=member in refused)
    if len(ledger) != len(rows):
        verdict.figures.append(f"the ledger has {len(rows)} rows for {len(ledger)} members")
    verdict.figures += wrong_figures(stats, rows)
    return verdict


def _judge_one(verdict: Verdict, member: str, row: Json | None, mine: list[SentMessage], *, is_refused: bool) -> None:
    left = [message for message in mine if message.status == "sent"]
    if len(left) > 1:
        verdict.doubled.append(member)
        verdict.reasons[member] = f"got {len(left)} messages"
    elif not left:
        _without_message(verdict, member, row, is_refused=is_refused or bool(mine))
    elif row is None or row["status"] != expected_status(left[0]):
        verdict.unaccounted.append(member)
        status = row["status"] if row else "missing"
        verdict.reasons[member] = f"is {status} in the ledger, {expected_status(left[0])} at the provider"


def _without_message(verdict: Verdict, member: str, row: Json | None, *, is_refused: bool) -> None:
    """Rightly so only if the provider refused the member for good, and the ledger says so."""
    status = row["status"] if row else "missing"
    if status == "failed" and is_refused:
        return
    verdict.lost.append(member)
    claimed = "though the ledger says so" if status in _REACHED else "and nobody refused it"
    verdict.reasons[member] = f"is {status} in the ledger, got nothing, {claimed}"
