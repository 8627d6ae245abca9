"""The operations of the SES v2 REST API: paths and bodies after botocore's `sesv2` service model."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.providers.ses.errors import ServiceError
from infra.local.providers.ses.sending.sending import EntryResult
from infra.local.providers.ses.sending.single import single_call
from infra.local.providers.ses.sending.submission import bulk_call
from infra.local.providers.ses.shapes import JsonObject, objects, required_string, string
from infra.local.providers.ses.store import Call

if TYPE_CHECKING:
    from infra.local.providers.ses.simulator import Simulator

_ENFORCEMENT = {"account_suspended": "SHUTDOWN"}
_PAUSING = frozenset({"account_suspended", "sending_paused"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of a successful answer, and the send call it belongs to (whose answer may have to be lost)."""

    body: JsonObject
    call: Call | None = None


Names = tuple[str, ...]
Handler = Callable[["Simulator", Names, JsonObject], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation and where it is found."""

    name: str
    method: str
    path: re.Pattern[str]
    handler: Handler


def send_email(simulator: Simulator, _: Names, body: JsonObject) -> Answer:
    """SendEmail."""

    def parse(source: JsonObject) -> tuple[Any, list[Any]]:
        envelope, submission = single_call(source)
        return envelope, [submission]

    call, results = simulator.sending.send("SendEmail", parse, body)
    return Answer({"MessageId": results[0].message_id}, call)


def send_bulk_email(simulator: Simulator, _: Names, body: JsonObject) -> Answer:
    """SendBulkEmail."""
    call, results = simulator.sending.send("SendBulkEmail", bulk_call, body)
    return Answer({"BulkEmailEntryResults": [_entry_result(result) for result in results]}, call)


def _entry_result(result: EntryResult) -> JsonObject:
    members = {"Status": result.status, "Error": result.error, "MessageId": result.message_id}
    return {name: value for name, value in members.items() if value is not None}


def get_account(simulator: Simulator, _: Names, __: JsonObject) -> Answer:
    """GetAccount."""
    settings = simulator.settings
    quota = {
        "Max24HourSend": float(settings.daily_quota),
        "MaxSendRate": float(settings.rate),
        "SentLast24Hours": float(simulator.quota.sent),
    }
    return Answer(
        {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": _ENFORCEMENT.get(settings.error_mode, "HEALTHY"),
            "ProductionAccessEnabled": not settings.sandbox,
            "SendQuota": quota,
            "SendingEnabled": settings.error_mode not in _PAUSING,
            "SuppressionAttributes": {"SuppressedReasons": []},
        }
    )


def create_email_identity(simulator: Simulator, _: Names, body: JsonObject) -> Answer:
    """CreateEmailIdentity."""
    identity = simulator.identities.create(required_string(body, "EmailIdentity"), simulator.settings)
    identity.tags = objects(body, "Tags")
    identity.configuration_set = string(body, "ConfigurationSetName")
    described = simulator.identities.described(identity)
    return Answer({name: described[name] for name in ("IdentityType", "VerifiedForSendingStatus", "DkimAttributes")})


def get_email_identity(simulator: Simulator, names: Names, _: JsonObject) -> Answer:
    """GetEmailIdentity."""
    return Answer(simulator.identities.described(simulator.identities.get(names[0])))


def delete_email_identity(simulator: Simulator, names: Names, _: JsonObject) -> Answer:
    """DeleteEmailIdentity."""
    simulator.identities.delete(names[0])
    return Answer({})


def put_mail_from(simulator: Simulator, names: Names, body: JsonObject) -> Answer:
    """PutEmailIdentityMailFromAttributes."""
    behaviour = string(body, "BehaviorOnMxFailure") or "USE_DEFAULT_VALUE"
    domain = string(body, "MailFromDomain")
    simulator.identities.set_mail_from(names[0], domain, behaviour, simulator.settings)
    return Answer({})


def put_feedback(simulator: Simulator, names: Names, body: JsonObject) -> Answer:
    """PutEmailIdentityFeedbackAttributes."""
    simulator.identities.set_feedback(names[0], body.get("EmailForwardingEnabled") is True)
    return Answer({})


def _operation(name: str, method: str, path: str, handler: Handler) -> Operation:
    pattern = re.compile("/v2/email" + path.replace("{}", "([^/]+)") + r"\Z")
    return Operation(name, method, pattern, handler)


_IDENTITY = "/identities/{}"
ROUTES = (
    _operation("SendBulkEmail", "POST", "/outbound-bulk-emails", send_bulk_email),
    _operation("SendEmail", "POST", "/outbound-emails", send_email),
    _operation("GetAccount", "GET", "/account", get_account),
    _operation("CreateEmailIdentity", "POST", "/identities", create_email_identity),
    _operation("GetEmailIdentity", "GET", _IDENTITY, get_email_identity),
    _operation("DeleteEmailIdentity", "DELETE", _IDENTITY, delete_email_identity),
    _operation("PutEmailIdentityMailFromAttributes", "PUT", _IDENTITY + "/mail-from", put_mail_from),
    _operation("PutEmailIdentityFeedbackAttributes", "PUT", _IDENTITY + "/feedback", put_feedback),
)


def find_operation(method: str, path: str) -> tuple[Operation, Names]:
    """The operation of a request and the names in its path, not yet decoded. Raises UnknownOperationException."""
    for operation in ROUTES:
        found = operation.path.match(path) if operation.method == method else None
        if found:
            return operation, found.groups()
    raise ServiceError("UnknownOperationException", f"{method} {path} is no operation of this provider", 404)
