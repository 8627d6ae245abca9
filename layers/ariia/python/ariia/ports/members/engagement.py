"""Where it is noted what members were sent and did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ariia.domain.members.member import Engagement


class EngagementNotes(Protocol):
    """Takes notes, many members at a time."""

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        """Keeps what was seen of these members, until somebody asks. Repeating it changes nothing. TransientError: do
        it again."""
        ...


class NotedEngagement(Protocol):
    """Moves notes to the members, where filters find them beside everything else."""

    def settle(self, tenant_id: str, shard: int) -> bool:
        """Moves some of the shard's notes into the members they are about, as `domain.engagement.news` says, and
        forgets them; True when no more are left that were there before. No version of a member moves; who is no
        member, or only became one later, is left out; whoever does it at the same time, or again, changes nothing.
        TransientError: do it again."""
        ...


class EngagementStore(EngagementNotes, NotedEngagement, Protocol):
    """Kept beside what members' versions guard."""

    def noted(self, tenant_id: str, member_id: str) -> Engagement:
        """What is noted of the member and not settled yet."""
        ...

    def forget(self, tenant_id: str, member_id: str) -> None:
        """Takes the member out of all notes. TransientError: do it again."""
        ...
