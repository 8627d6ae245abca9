"""E-mail through Amazon SES v2: one SendBulkEmail for up to 50 recipients, with inline content."""

from __future__ import annotations

import json
from functools import cache
from json.encoder import encode_basestring_ascii as json_text
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from ariia.adapters.aws.direct_calls import USER_AGENT, DirectCalls
from ariia.adapters.email.ses_refusals import is_about_recipient, stop_cause, without_addresses
from ariia.domain.errors import (
    PermanentSendError,
    SenderStoppedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from ariia.ports.ledger.sending import (
    Accepted,
    AccountQuota,
    Addressee,
    EntryOutcome,
    MessageSender,
    Refused,
    Returned,
    SendCall,
    SenderStopped,
    SendRate,
)

CONNECT_TIMEOUT_SECONDS = 3

# BulkEmailStatus (SES v2 API reference, BulkEmailEntryResult) by what to do next.
_RETURNED = {"ACCOUNT_THROTTLED", "ACCOUNT_DAILY_QUOTA_EXCEEDED", "TRANSIENT_FAILURE"}
_STOPPED = {
    "ACCOUNT_SUSPENDED",
    "ACCOUNT_SENDING_PAUSED",
    "CONFIGURATION_SET_SENDING_PAUSED",
    "CONFIGURATION_SET_NOT_FOUND",
    "MAIL_FROM_DOMAIN_NOT_VERIFIED",
    "INVALID_SENDING_POOL_NAME",
}
# Errors of the whole call: nothing was taken.
_CALL_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "LimitExceededException", "Throttling"}
_CALL_STOPPED = {
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "NotFoundException",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "ExpiredTokenException",
    "InvalidSignatureException",
}


@cache
def ses_client(read_timeout_seconds: int) -> Any:
    """One client per process that makes each call once: SES has no idempotency key, so a repeated call whose answer
    got lost is a second message (its default sent one e-mail three times)."""
    return _client(read_timeout_seconds, attempts=1)


@cache
def ses_control_client(read_timeout_seconds: int) -> Any:
    """One client per process for calls that send nothing. SES takes one a second of these for the whole account, and
    they may be repeated: each says what is to be, not what to do."""
    return _client(read_timeout_seconds, attempts=6)


def _client(read_timeout_seconds: int, attempts: int) -> Any:
    return boto3.client(
        "sesv2",
        config=Config(
            retries={"total_max_attempts": attempts, "mode": "standard"},
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=read_timeout_seconds,
            parameter_validation=False,
            user_agent=USER_AGENT,
        ),
    )


@cache
def ses_calls(read_timeout_seconds: int) -> DirectCalls:
    """The calls that send, each made once."""
    return DirectCalls(ses_client(read_timeout_seconds), attempts=1)


class SesSender(MessageSender):
    """The e-mail provider."""

    def __init__(self, calls: DirectCalls) -> None:
        self._calls = calls

    def send(self, call: SendCall) -> list[EntryOutcome]:
        try:
            answer = self._calls.call("SendBulkEmail", request_body(call))
        except ClientError as error:
            raise _call_error(error, call.from_address) from error
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise ThrottledError("SES could not be reached") from error
        except (BotoCoreError, OSError, ValueError) as error:
            raise UnknownOutcomeError(type(error).__name__) from error
        results = answer.get("BulkEmailEntryResults", [])
        if len(results) != len(call.recipients):
            raise UnknownOutcomeError(f"SES answered {len(results)} of {len(call.recipients)} entries")
        return [_outcome(result, call.from_address) for result in results]


def request_body(call: SendCall) -> bytes:
    """The request's JSON. It is put together from texts, as all but a few of its 1,800 values are the same for every
    recipient of the call."""
    skeleton = call.skeleton
    content = {"Subject": skeleton.subject, "Html": skeleton.html, "Text": skeleton.text}
    # A part that is there but empty would be shown instead of the one that says something.
    content = {name: text for name, text in content.items() if text}
    head: dict[str, Any] = {
        "FromEmailAddress": call.from_address,
        "ConfigurationSetName": call.configuration_set,
        "DefaultContent": {"Template": {"TemplateContent": content, "TemplateData": "{}"}},
    }
    if call.reply_to:
        head["ReplyToAddresses"] = [call.reply_to]
    # Every tag goes with every entry: SES has dropped default tags silently (boto/boto3#4838); they are the evidence.
    tags = "".join(f"{_pair(name, value)}," for name, value in call.tags.items())
    entries = ",".join([_entry(tags, recipient) for recipient in call.recipients])
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"BulkEmailEntries":[{entries}]}}'.encode()


def _entry(tags: str, recipient: Addressee) -> str:
    headers = ",".join([_pair(name, value) for name, value in recipient.headers.items()])
    return (
        f'{{"Destination":{{"ToAddresses":[{json_text(recipient.address)}]}},'
        f'"ReplacementTags":[{tags}{_pair("member", recipient.member_id)}],"ReplacementHeaders":[{headers}],'
        '"ReplacementEmailContent":{"ReplacementTemplate":{"ReplacementTemplateData":'
        f"{json_text(recipient.data)}}}}}}}"
    )


def _pair(name: str, value: str) -> str:
    return f'{{"Name":{json_text(name)},"Value":{json_text(value)}}}'


def _outcome(result: dict[str, Any], from_address: str) -> EntryOutcome:
    status, error = str(result.get("Status", "")), str(result.get("Error") or "")
    if status == "SUCCESS":
        return Accepted(str(result.get("MessageId", "")))
    reason = without_addresses(f"{status}: {error}" if error else status)
    if status in _RETURNED:
        return Returned(reason, is_quota=status == "ACCOUNT_DAILY_QUOTA_EXCEEDED")
    if status in _STOPPED:
        return SenderStopped(reason)
    cause = stop_cause(error, from_address)
    return Refused(reason, is_about_recipient(error)) if cause is None else SenderStopped(reason, cause)


def _call_error(error: ClientError, from_address: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    reason = without_addresses(f"{code}: {message}" if message else code)
    if code in _CALL_THROTTLED or status == 429:
        # "Throttling - Daily message quota exceeded", against "- Maximum sending rate exceeded".
        return ThrottledError(reason, is_quota="quota exceeded" in message.lower())
    if code in _CALL_STOPPED or status in (401, 403):
        return SenderStoppedError(reason)
    if not 400 <= status < 500:
        return UnknownOutcomeError(reason)
    cause = stop_cause(message, from_address)
    if cause is not None:
        return SenderStoppedError(reason, cause)
    return PermanentSendError(reason, about_recipient=is_about_recipient(message))


class SesAccount(AccountQuota):
    """The account's own word on its limits."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def current(self) -> SendRate:
        try:
            answer = self._client.get_account()
        except (ClientError, BotoCoreError) as error:
            raise TransientError("the e-mail provider does not tell its limits just now") from error
        quota = answer.get("SendQuota", {})
        return SendRate(
            per_second=float(quota.get("MaxSendRate", 1.0)),
            daily_quota=float(quota.get("Max24HourSend", 200.0)),
            sent_last_day=float(quota.get("SentLast24Hours", 0.0)),
            sending_enabled=bool(answer.get("SendingEnabled", True)),
            enforcement=str(answer.get("EnforcementStatus") or "HEALTHY"),
            production_access=bool(answer.get("ProductionAccessEnabled", True)),
        )
