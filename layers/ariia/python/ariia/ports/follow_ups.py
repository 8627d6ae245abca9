"""Where follow-ups and the events of members rest."""

from __future__ import annotations

from typing import Protocol

from ariia.domain.follow_ups import ScheduledFollowUp


class FollowUpStore(Protocol):
    """Follow-ups of a tenant, found by id, by member, by conversation. Reads of single ones are strongly consistent."""

    def create(self, follow_up: ScheduledFollowUp) -> bool:
        """Stores a new one with version 1; False when the id is taken."""
        ...

    def get(self, tenant_id: str, follow_up_id: str) -> ScheduledFollowUp | None:
        """The follow-up; None when the tenant has no such one."""
        ...

    def save(self, follow_up: ScheduledFollowUp) -> bool:
        """Stores it if the stored version is its own, and raises `version` by one; else False."""
        ...

    def remove(self, follow_up: ScheduledFollowUp) -> None:
        """Takes it away, whatever its version, with everything that it is found by; one that is gone stays gone."""
        ...

    def of_member(
        self, tenant_id: str, member_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        """Up to `limit` of a member's, newest first, and where to go on; None = that was the end."""
        ...

    def of_conversation(
        self, tenant_id: str, conversation_id: str, limit: int, after: str | None
    ) -> tuple[list[ScheduledFollowUp], str | None]:
        """Up to `limit` of a conversation's, newest first, and where to go on; None = that was the end."""
        ...

    def open_of_member(self, tenant_id: str, member_id: str) -> list[ScheduledFollowUp]:
        """All of a member's that are not over."""
        ...
