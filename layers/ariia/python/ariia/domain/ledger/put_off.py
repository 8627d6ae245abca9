"""Why somebody was put off at an eligibility check: as it rests with their entry, and summed up over a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ariia.domain.ledger.batch import Entry, EntryState
from ariia.domain.wait_cause import WaitCause

_KNOWN = (WaitCause.QUIET_HOURS, WaitCause.FREQUENCY_CAP)


@dataclass(frozen=True)
class PutOff:
    """What for, and by which rules: those that the campaign or container has had since `rules_at` (epoch ms)."""

    cause: WaitCause
    rules_at: int

    @property
    def mark(self) -> str:
        """As it rests in an entry's `detail`."""
        return f"{self.cause}@{self.rules_at}"

    @classmethod
    def of(cls, mark: str) -> PutOff | None:
        """What a mark says; None for what is none."""
        cause, at, rules_at = mark.partition("@")
        return cls(WaitCause(cause), int(rules_at)) if at and cause in set(_KNOWN) else None


def marks_of(entries: Iterable[Entry]) -> dict[str, int]:
    """How many of those who wait were put off, by mark."""
    waiting = (entry for entry in entries if entry.state is EntryState.PENDING and entry.at)
    return dict(Counter(entry.detail for entry in waiting))


def is_void(marks: Mapping[str, int], pending: int, rules_at: int) -> bool:
    """True when the instant that a batch waits for is of no use any more: its campaign has other rules by now, since
    `rules_at` (epoch ms), or somebody waits in it who was not put off."""
    found = [PutOff.of(mark) for mark in marks]
    return sum(marks.values()) < pending or any((one.rules_at if one else 0) < rules_at for one in found)
