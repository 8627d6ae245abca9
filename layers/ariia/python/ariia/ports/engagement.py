"""Where it is noted what members were sent and did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ariia.domain.member import Engagement


class EngagementStore(Protocol):
    """Kept with the members, beside what their versions guard."""

    def note(self, tenant_id: str, seen: Mapping[str, Engagement]) -> None:
        """Moves the stored instants of these members forward where `domain.engagement.news` says so. No version moves;
        who is no member is left out; repeating it changes nothing. TransientError: do it again."""
        ...
