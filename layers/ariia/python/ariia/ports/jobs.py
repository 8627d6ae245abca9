"""Where long work that a client asked for rests: the job, and what came of each of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass
class Job:
    """A piece of work. `kind` (`import`, `export`, `erasure`, `creation`) keeps lists apart; `document` is the kind's
    own. `expires_at` is in epoch seconds."""

    tenant_id: str
    kind: str
    id: str
    document: dict[str, Any] = field(default_factory=dict)
    expires_at: int | None = None
    version: int = 0


@dataclass
class JobPart:
    """What came of one part of a job; written by the worker of that part alone."""

    number: int
    document: dict[str, Any] = field(default_factory=dict)
    version: int = 0


class JobStore(Protocol):
    """Jobs of a tenant. All reads are strongly consistent."""

    def create(self, job: Job) -> bool:
        """Stores a new job with version 1; False when the id is taken."""
        ...

    def get(self, tenant_id: str, kind: str, job_id: str) -> Job | None:
        """The job; None when the tenant has no such job of this kind."""
        ...

    def save(self, job: Job) -> bool:
        """Stores the job if the stored version is its own, and raises `job.version` by one; else False."""
        ...

    def delete(self, job: Job) -> None:
        """Removes the job and its parts; what is gone stays gone."""
        ...

    def page(self, tenant_id: str, kind: str, limit: int, after: str | None) -> list[Job]:
        """Up to `limit` jobs of a kind in descending order of id, behind the id `after`; fewer = the end."""
        ...

    def parts(self, tenant_id: str, job_id: str) -> list[JobPart]:
        """What came of the parts so far, in order of number; parts that nobody began are left out."""
        ...

    def part(self, tenant_id: str, job_id: str, number: int) -> JobPart:
        """One part; a fresh one (version 0) when nobody began it."""
        ...

    def save_part(self, job: Job, part: JobPart) -> bool:
        """Stores the part if the stored version is its own, and raises `part.version` by one; else False.
        It expires with the job."""
        ...
