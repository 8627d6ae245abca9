"""The one map from failures to HTTP: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError, ResponseValidationError

from ariia.domain import errors
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.local_time import iso
from ariia.observability import fault, logger
from functions.api.gate.validation import problems_of

MEDIA_TYPE = "application/problem+json"


class HttpError(Exception):
    """A failure that exists only in HTTP; `kind` is a key of KINDS."""

    kind = "bad-request"

    def __init__(self, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}


class MalformedBodyError(HttpError):
    """The body is no JSON object."""


class UnauthorizedError(HttpError):
    """Nobody vouches for this request."""

    kind = "unauthorized"


class UnknownRouteError(HttpError):
    """There is no such path."""

    kind = "not-found"


class WrongMethodError(HttpError):
    """The path exists, with other methods; `allowed` names them."""

    kind = "method-not-allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"this path takes {', '.join(allowed)}", {"Allow": ", ".join(allowed)})


class BodyTooLargeError(HttpError):
    """The body is over the limit."""

    kind = "too-large"


class UnsupportedMediaTypeError(HttpError):
    """The body is not declared as JSON."""

    kind = "unsupported-media-type"


class VersionRequiredError(HttpError):
    """A change without the version that it is based on (RFC 6585, 428)."""

    kind = "version-required"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status and what it means to the caller."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "The request can't be read"),
    "unauthorized": Kind(401, "A valid bearer token is required"),
    "limit": Kind(402, "The plan does not allow it"),
    "forbidden": Kind(403, "The caller may not do this"),
    "not-found": Kind(404, "There is no such thing"),
    "method-not-allowed": Kind(405, "The path does not take this method"),
    "conflict": Kind(409, "It changed meanwhile, or its state does not allow it"),
    "too-large": Kind(413, "The body is too large"),
    "unsupported-media-type": Kind(415, "The body must be JSON"),
    "invalid": Kind(422, "The input is not valid"),
    "version-required": Kind(428, "A change needs the version it is based on"),
    "rate-limited": Kind(429, "Too much in too short a time"),
    "internal": Kind(500, "Something went wrong on our side"),
    "unavailable": Kind(503, "Not possible just now; try again"),
}
_DOMAIN: dict[type[Exception], str] = {
    errors.InvalidError: "invalid",
    errors.NotFoundError: "not-found",
    errors.ConflictError: "conflict",
    errors.ForbiddenError: "forbidden",
    errors.LimitError: "limit",
    errors.RateLimitError: "rate-limited",
    errors.TransientError: "unavailable",
    errors.ThrottledError: "unavailable",
}


@dataclass
class Answer:
    """A problem ready to be sent."""

    kind: str
    detail: str
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind].status

    def document(self, base_url: str, instance: str) -> dict[str, Any]:
        """The problem document; `type` leads to its place on the reference page."""
        kind = KINDS[self.kind]
        return {
            "type": f"{base_url}/reference#problem-{self.kind}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "instance": instance,
            **self.extra,
        }


def answer_to(error: Exception, correlation_id: str, actions: Callable[[object], list[str]] | None = None) -> Answer:
    """What the caller gets to read; `actions` gives what they may do with the thing that a conflict is about. Anything
    unexpected is logged and answered without detail."""
    if isinstance(error, HttpError):
        return Answer(error.kind, error.detail, headers=error.headers)
    if isinstance(error, RequestValidationError):
        return Answer("invalid", "the request does not fit the schema", {"problems": problems_of(error)})
    for kind in type(error).__mro__:
        if kind in _DOMAIN:
            return _domain_answer(error, _DOMAIN[kind], actions)
    _log_unexpected(error, correlation_id)
    return Answer("internal", "the fault is logged under this correlation id", {"correlation_id": correlation_id})


def _domain_answer(error: Any, kind: str, actions: Callable[[object], list[str]] | None) -> Answer:
    extra: dict[str, Any] = {}
    if isinstance(error, errors.InvalidError) and error.problems:
        extra["problems"] = [_problem(problem) for problem in error.problems]
    if isinstance(error, FindingsError):
        extra |= {"findings": [asdict(one) for one in error.findings], "despite": error.acceptable}
    if isinstance(error, errors.ConflictError) and error.about is not None and actions is not None:
        extra["actions"] = actions(error.about)
    if isinstance(error, errors.LimitError):
        extra |= _limit(error.limit)
    headers = {"Retry-After": "1"} if kind == "unavailable" else {}
    if isinstance(error, errors.RateLimitError):
        headers = {"Retry-After": str(error.retry_after)}
    return Answer(kind, error.message, extra, headers)


def _limit(limit: errors.Limit) -> dict[str, Any]:
    resets_at = None if limit.resets_at is None else iso(limit.resets_at)
    return asdict(limit) | {"resets_at": resets_at}


def _problem(problem: errors.Problem) -> dict[str, Any]:
    fields = {
        "field": problem.field,
        "message": problem.message,
        "value": problem.value,
        "allowed": problem.allowed,
        "line": problem.line,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _log_unexpected(error: Exception, correlation_id: str) -> None:
    """Where it broke, without messages and values: those may hold what a tenant or member sent."""
    details: dict[str, Any] = {"correlation_id": correlation_id, **fault(error)}
    if isinstance(error, ResponseValidationError):
        details["fields"] = [".".join(map(str, item["loc"])) for item in error.errors()]
    logger.error("unexpected error", extra=details)
