"""What of a preflight's findings refuses a campaign, and when; and which of it a person may accept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from ariia.domain.content.checks.findings import Finding
from ariia.domain.errors import ConflictError, InvalidError

MISSING_VALUE, EMPTY_AUDIENCE, NOT_COUNTED = "missing_value", "empty_audience", "not_counted"
SANDBOX, SENDING_DISABLED, ACCOUNT_SUSPENDED = "sandbox", "sending_disabled", "account_suspended"
PLAN_LIMIT = "plan_limit"
# Sending makes sense all the same: to the others, when the audience has grown, or when the account may send again.
ACCEPTABLE = (MISSING_VALUE, EMPTY_AUDIENCE, NOT_COUNTED, SANDBOX, SENDING_DISABLED, ACCOUNT_SUSPENDED)


class Moment(StrEnum):
    """What is about to be done with the campaign."""

    SUBMIT = "submitted"
    SCHEDULE = "scheduled"
    SEND = "sent"


# The plan is asked for by itself (402); what passes by itself is asked for when it is sent.
_LATER = {
    Moment.SUBMIT: frozenset({PLAN_LIMIT, SENDING_DISABLED, ACCOUNT_SUSPENDED, NOT_COUNTED}),
    Moment.SCHEDULE: frozenset({PLAN_LIMIT, SENDING_DISABLED, ACCOUNT_SUSPENDED}),
    Moment.SEND: frozenset({PLAN_LIMIT}),
}


class FindingsError(ConflictError):
    """The preflight has errors that nobody accepted (HTTP 409); `findings` are all of them, `acceptable` the codes of
    those that the caller may accept."""

    def __init__(self, message: str, findings: Sequence[Finding], *, about: object | None = None) -> None:
        super().__init__(message, about=about)
        self.findings = tuple(findings)
        self.acceptable = [one for one in ACCEPTABLE if one in {finding.code for finding in findings}]


def refusals(findings: Iterable[Finding], moment: Moment, accepted: Collection[str]) -> list[Finding]:
    """Those of `findings` that keep the campaign from this."""
    passed = _LATER[moment] | {one for one in accepted if one in ACCEPTABLE}
    return [one for one in findings if one.severity == "error" and one.code not in passed]


def as_findings(code: str, error: InvalidError) -> list[Finding]:
    """Each problem of `error` as a finding."""
    if not error.problems:
        return [Finding(code, "error", error.message, field=code)]
    return [
        Finding(code, "error", f"{one.field} {one.message}{_instead(one.allowed)}", one.line, one.field)
        for one in error.problems
    ]


def _instead(allowed: object) -> str:
    return "" if allowed is None else f" (allowed: {allowed})"
