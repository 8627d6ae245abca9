"""Typed access to jobs: one wrapper for every kind of long work that a client asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ariia.domain.documents import decode, encode
from ariia.domain.errors import NotFoundError, TransientError
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore


class Stored(Protocol):
    """What every kind of job knows of itself; `version` 0 is not stored yet."""

    id: str
    tenant_id: str
    version: int


class Touched(Stored, Protocol):
    """One that notes when it last changed (epoch ms)."""

    touched_at: int


T = TypeVar("T", bound=Stored)
U = TypeVar("U", bound=Touched)


@dataclass(frozen=True)
class JobKind(Generic[T]):
    """A kind of job: the name that it rests under and that errors call it by, its class, and when it expires (epoch
    seconds); None = never."""

    name: str
    of: type[T]
    expires_at: Callable[[T], int | None]


class Jobs(Generic[T]):
    """The jobs of one kind."""

    def __init__(self, jobs: JobStore, kind: JobKind[T]) -> None:
        self._jobs, self._kind = jobs, kind

    def create(self, one: T) -> bool:
        """Stores a new job with version 1; False when the id is taken."""
        row = self._row(one)
        created = self._jobs.create(row)
        one.version = row.version
        return created

    def find(self, tenant_id: str, job_id: str) -> T | None:
        """The job; None when the tenant has none of this id (any more)."""
        row = self._jobs.get(tenant_id, self._kind.name, job_id)
        return self._typed(row) if row else None

    def get(self, tenant_id: str, job_id: str) -> T:
        """The job; NotFoundError when the tenant has none of this id (any more)."""
        found = self.find(tenant_id, job_id)
        if found is None:
            raise NotFoundError(f"there is no {self._kind.name} {job_id[:64]}")
        return found

    def try_save(self, one: T) -> bool:
        """Stores it if the stored version is its own, and raises `version`; else False."""
        row = self._row(one)
        saved = self._jobs.save(row)
        one.version = row.version
        return saved

    def save(self, one: T) -> None:
        """As `try_save`; TransientError when another run was faster."""
        if not self.try_save(one):
            raise TransientError(f"another run works on this {self._kind.name}")

    def delete(self, one: T) -> None:
        """Removes it with its parts; repeating it changes nothing."""
        self._jobs.delete(self._row(one))

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[T]:
        """Up to `limit` jobs in descending order of id, behind the id `after`; fewer = the end."""
        return [self._typed(row) for row in self._jobs.page(tenant_id, self._kind.name, limit, after)]

    def _row(self, one: T) -> Job:
        return Job(one.tenant_id, self._kind.name, one.id, encode(one), self._kind.expires_at(one), one.version)

    def _typed(self, row: Job) -> T:
        one = decode(self._kind.of, row.document)
        one.version = row.version
        return one


class TouchedJobs(Jobs[U]):
    """Jobs whose last change is noted with them: one that stands still shows."""

    def __init__(self, jobs: JobStore, kind: JobKind[U], clock: Clock) -> None:
        super().__init__(jobs, kind)
        self._clock = clock

    def _row(self, one: U) -> Job:
        one.touched_at = self._clock.now()
        return super()._row(one)
