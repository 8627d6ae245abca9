"""Which questions of a double opt-in were put to a member. Nothing else leads from a member to these messages, as their
ids are made of more than the member."""

from __future__ import annotations

from ariia.domain.audit.entries import subject_of
from ariia.ports.jobs import Job, JobStore


class AskedConfirmations:
    """Notes that rest under a hash of the member's id, as long as the messages do."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def note(self, tenant_id: str, member_id: str, container_id: str) -> None:
        """Notes a message that is about to be prepared; doing it again changes nothing."""
        self._jobs.create(_note(tenant_id, member_id, container_id))

    def page(self, tenant_id: str, member_id: str, limit: int, after: str | None) -> list[str]:
        """Up to `limit` containers of such messages in descending order, behind `after`; fewer = the end. One may never
        have been prepared."""
        found = self._jobs.page(tenant_id, _kind(tenant_id, member_id), limit, after)
        return [job.id for job in found]

    def forget(self, tenant_id: str, member_id: str, container_id: str) -> None:
        """Removes the note; what is gone stays gone."""
        self._jobs.delete(_note(tenant_id, member_id, container_id))


def _note(tenant_id: str, member_id: str, container_id: str) -> Job:
    return Job(tenant_id, _kind(tenant_id, member_id), container_id)


def _kind(tenant_id: str, member_id: str) -> str:
    return f"confirmation#{subject_of(tenant_id, member_id)}"
