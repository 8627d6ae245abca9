"""Every failure the engine raises on purpose. The class says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ariia.domain.pause_cause import PauseCause


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: which field, its value, what is allowed instead."""

    field: str
    message: str
    value: object = None
    allowed: object = None
    line: int | None = None


class AriiaError(Exception):
    """Root of the engine's own errors; `message` is fit for the tenant to read."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidError(AriiaError):
    """The input can't be accepted (HTTP 422); `problems` names each field."""

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, field: str, message: str, value: object = None, allowed: object = None) -> Self:
        """The error about one field, in the words of its problem."""
        return cls(f"{field} {message}", problems=[Problem(field, message, value, allowed)])


class NotFoundError(AriiaError):
    """No such thing in this tenant (HTTP 404)."""


class ConflictError(AriiaError):
    """The thing changed meanwhile or is in the wrong state (HTTP 409); `about` is the thing whose state does not allow
    it, so that the answer can say what may be done with it; None where it is not about its state."""

    def __init__(self, message: str, *, about: object | None = None) -> None:
        super().__init__(message)
        self.about = about


class ForbiddenError(AriiaError):
    """The caller's role does not allow it (HTTP 403)."""


@dataclass(frozen=True)
class Limit:
    """A limit that was met: units used and reserved of it, when it starts anew (epoch ms; None = it does not), and the
    plan that lifts it (None = none does)."""

    feature: str
    plan: str
    limit: int
    used: int
    reserved: int = 0
    resets_at: int | None = None
    lifted_by: str | None = None


class LimitError(AriiaError):
    """The tenant's plan does not allow it (HTTP 402); `limit` says what and how to go on."""

    def __init__(self, message: str, limit: Limit) -> None:
        super().__init__(message)
        self.limit = limit


class RateLimitError(AriiaError):
    """Too much in too short a time (HTTP 429); `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransientError(AriiaError):
    """A read or a conditional write failed for a passing reason: do it again."""


class ThrottledError(AriiaError):
    """The provider took nothing: give the batch back and try later. `is_quota`: not before its daily quota frees up."""

    def __init__(self, message: str, *, is_quota: bool = False) -> None:
        super().__init__(message)
        self.is_quota = is_quota


class PermanentSendError(AriiaError):
    """The provider refused this call for good and took nothing: record it, go on. `about_recipient`: its words are
    about the address that the message is for."""

    def __init__(self, message: str, *, about_recipient: bool = False) -> None:
        super().__init__(message)
        self.about_recipient = about_recipient


class UnknownOutcomeError(AriiaError):
    """The call may or may not have been carried out: write nothing, the resolver decides."""


class SenderStoppedError(AriiaError):
    """Nobody can get it: the account, identity or configuration set may not send, or the content is refused. Pause the
    campaign for this `cause`, fail nobody."""

    def __init__(self, message: str, cause: PauseCause = PauseCause.ACCOUNT) -> None:
        super().__init__(message)
        self.cause = cause
