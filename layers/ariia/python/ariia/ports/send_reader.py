"""The eligibility check before a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ariia.domain.content.content import Content
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch, MessageRef
from ariia.domain.members.member import Member


class SendReader(Protocol):
    """The eligibility check before a call."""

    def dispatch(self, tenant_id: str, dispatch_id: str) -> Dispatch | None:
        """The dispatch as it was a moment ago: enough to drop the messages of a paused one early."""
        ...

    def dispatch_and_members(
        self, tenant_id: str, dispatch_id: str, kind: DispatchKind, shard: int, member_ids: Sequence[str]
    ) -> tuple[Dispatch | None, dict[str, Member]]:
        """The dispatch, whose kind is known (it never changes), and those of its recipients, from one strongly
        consistent read; missing ones are left out."""
        ...

    def message(self, tenant_id: str, message: MessageRef) -> Content | None:
        """What was approved to be said; None when it is gone."""
        ...
