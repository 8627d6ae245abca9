"""What members were sent lately, over all paths: what frequency caps are counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ariia.domain.rules.frequency_cap import RecentSend


@dataclass(frozen=True)
class SendsChange:
    """What rests with a member, and what shall rest there instead."""

    before: Sequence[RecentSend]
    after: Sequence[RecentSend]


class RecentSendStore(Protocol):
    """Notes of what each member was sent, beside the member's record and without touching its version."""

    def read(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, tuple[RecentSend, ...]]:
        """The notes of those members who exist, strongly consistent, newest first."""
        ...

    def swap(self, tenant_id: str, changes: Mapping[str, SendsChange]) -> bool:
        """Makes all changes (of at most 50 members), or none when the notes of one are not `before` any more, the
        member is gone, or another writer is at it. A repeated call may say False although the first one did it."""
        ...
