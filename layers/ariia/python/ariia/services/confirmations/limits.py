"""How often the same member, and the same address, may be asked in a day, so that nobody's mailbox is filled by
requests that others repeat."""

from __future__ import annotations

from ariia.domain.consent.confirmation import ConfirmationRequest
from ariia.domain.errors import RateLimitError, TransientError
from ariia.domain.identifiers import derived_id
from ariia.ports.clock import Clock
from ariia.ports.jobs import Job, JobStore

MAX_PER_DAY = 3
_KIND = "confirmation_day"
_DAY_MS = 86_400_000
_TRIES = 8


class ConfirmationLimits:
    """Counts each question once, however often it is counted. Days are those of UTC."""

    def __init__(self, jobs: JobStore, clock: Clock) -> None:
        self._jobs, self._clock = jobs, clock

    def allow(self, tenant_id: str, request: ConfirmationRequest) -> bool:
        """True when the question may be put: it is among the day's first three to its member and to its address."""
        return all(self._count(tenant_id, one, request) is not None for one in _subjects(request))

    def require(self, tenant_id: str, request: ConfirmationRequest) -> int:
        """When (epoch ms) the question was counted first; RateLimitError when it may not be put."""
        counted = [self._count(tenant_id, one, request) for one in _subjects(request)]
        known = [one for one in counted if one is not None]
        if len(known) < len(counted):
            left = _DAY_MS - self._clock.now() % _DAY_MS
            message = f"at most {MAX_PER_DAY} confirmations a day go to a member, and to an address"
            raise RateLimitError(message, left // 1000 + 1)
        return min(known)

    def _count(self, tenant_id: str, subject: str, request: ConfirmationRequest) -> int | None:
        """When it was asked for first; None when the day is full."""
        day = self._clock.now() // _DAY_MS
        for _ in range(_TRIES):
            stored = self._jobs.get(tenant_id, _KIND, f"{day}-{subject}")
            job = stored or Job(tenant_id, _KIND, f"{day}-{subject}", {"asked": {}}, (day + 2) * _DAY_MS // 1000)
            asked: dict[str, int] = dict(job.document["asked"])
            if request.id in asked:
                return asked[request.id]
            if len(asked) >= MAX_PER_DAY:
                return None
            job.document = {"asked": {**asked, request.id: request.asked_at}}
            if self._jobs.save(job) if stored else self._jobs.create(job):
                return request.asked_at
        raise TransientError("the day's count changed too often; try again")


def _subjects(request: ConfirmationRequest) -> tuple[str, str]:
    return derived_id("member", request.member_id), derived_id("address", request.address)
