"""Every answer of SES has one next step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from ariia.adapters.email.ses import SesAccount, SesSender, ses_calls, ses_client
from ariia.domain.errors import PermanentSendError, SenderStoppedError, ThrottledError, UnknownOutcomeError
from ariia.domain.pause_cause import PauseCause
from ariia.ports.ledger.sending import Accepted, Addressee, Refused, Returned, SendCall, SenderStopped, Skeleton
from infra.local.providers.ses.sending.addresses import address_problem

URL = "https://email.eu-central-1.amazonaws.com"


class Calls:
    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer, self.requests = answer, []  # type: ignore[var-annotated]

    def call(self, operation: str, body: bytes) -> dict[str, Any]:
        assert operation == "SendBulkEmail"
        self.requests.append(json.loads(body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def any_call(recipients: int = 1) -> SendCall:
    return SendCall(
        from_address="Studio <news@studio.example>",
        reply_to="team@studio.example",
        configuration_set="ariia-tracked",
        skeleton=Skeleton("Hi {{s0}}", "<p>{{s0}}</p>", "{{s0}}"),
        tags={"tenant": "studio", "campaign": "spring", "batch": "2-l0-0-anna", "attempt": "3"},
        recipients=[
            Addressee(f"m{number}", f"m{number}@example.com", '{"s0":"x"}', {"List-Unsubscribe": "<https://x>"})
            for number in range(recipients)
        ],
    )


def entry(status: str, message_id: str | None = None) -> dict[str, Any]:
    return {"Status": status} | ({"MessageId": message_id} if message_id else {"Error": "why"})


def client_error(code: str, status: int) -> ClientError:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SendBulkEmail")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("MESSAGE_REJECTED", Refused),
        ("INVALID_PARAMETER", Refused),
        ("FAILED", Refused),
        ("TEMPLATE_NOT_FOUND", Refused),
        ("INVALID_SENDING_POOL_NAME", SenderStopped),
        ("MAIL_FROM_DOMAIN_NOT_VERIFIED", SenderStopped),
        ("CONFIGURATION_SET_NOT_FOUND", SenderStopped),
        ("CONFIGURATION_SET_SENDING_PAUSED", SenderStopped),
        ("ACCOUNT_SUSPENDED", SenderStopped),
        ("ACCOUNT_SENDING_PAUSED", SenderStopped),
        ("ACCOUNT_THROTTLED", Returned),
        ("ACCOUNT_DAILY_QUOTA_EXCEEDED", Returned),
        ("TRANSIENT_FAILURE", Returned),
    ],
)
def test_each_entry_status_has_its_outcome(status: str, outcome: type) -> None:
    sender = SesSender(Calls({"BulkEmailEntryResults": [entry("SUCCESS", "id-1"), entry(status)]}))
    first, second = sender.send(any_call(2))
    assert first == Accepted("id-1")
    expected = outcome(f"{status}: why")
    if status == "ACCOUNT_DAILY_QUOTA_EXCEEDED":
        expected = Returned(f"{status}: why", is_quota=True)
    assert second == expected


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (client_error("TooManyRequestsException", 429), ThrottledError),
        (client_error("LimitExceededException", 400), ThrottledError),
        (client_error("ThrottlingException", 400), ThrottledError),
        (client_error("AccountSuspendedException", 400), SenderStoppedError),
        (client_error("SendingPausedException", 400), SenderStoppedError),
        (client_error("MailFromDomainNotVerifiedException", 400), SenderStoppedError),
        (client_error("NotFoundException", 404), SenderStoppedError),
        (client_error("AccessDeniedException", 403), SenderStoppedError),
        (client_error("BadRequestException", 400), PermanentSendError),
        (client_error("MessageRejected", 400), PermanentSendError),
        (client_error("InternalFailure", 500), UnknownOutcomeError),
        (client_error("ServiceUnavailable", 503), UnknownOutcomeError),
        (ReadTimeoutError(endpoint_url=URL), UnknownOutcomeError),
        (ConnectionClosedError(endpoint_url=URL), UnknownOutcomeError),
        (ConnectTimeoutError(endpoint_url=URL), ThrottledError),
        (EndpointConnectionError(endpoint_url=URL), ThrottledError),
        (HTTPClientError(error="the answer is no JSON"), UnknownOutcomeError),
        ({"BulkEmailEntryResults": []}, UnknownOutcomeError),
    ],
)
def test_each_failure_of_a_call_has_its_next_step(answer: dict[str, Any] | Exception, error: type[Exception]) -> None:
    with pytest.raises(error):
        SesSender(Calls(answer)).send(any_call())


def test_every_entry_carries_all_tags_as_the_evidence_must_not_depend_on_default_tags() -> None:
    calls = Calls({"BulkEmailEntryResults": [entry("SUCCESS", "a"), entry("SUCCESS", "b")]})
    SesSender(calls).send(any_call(2))
    request = calls.requests[0]
    for place, sent in enumerate(request["BulkEmailEntries"]):
        tags = {tag["Name"]: tag["Value"] for tag in sent["ReplacementTags"]}
        assert tags == {**any_call().tags, "member": f"m{place}"}
        assert sent["ReplacementHeaders"] == [{"Name": "List-Unsubscribe", "Value": "<https://x>"}]
    assert "DefaultEmailTags" not in request
    assert request["DefaultContent"]["Template"]["TemplateContent"]["Subject"] == "Hi {{s0}}"


def test_neither_the_client_nor_its_direct_calls_repeat_a_send(monkeypatch: pytest.MonkeyPatch) -> None:
    # A session of this test's own: one without credentials would be everybody's.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for cached in (ses_client, ses_calls):
        cached.cache_clear()
    assert ses_client(10).meta.config.retries["total_max_attempts"] == 1
    assert ses_calls(10)._attempts == 1
    for cached in (ses_client, ses_calls):
        cached.cache_clear()


def test_an_empty_part_is_left_out_so_that_no_program_shows_it() -> None:
    calls = Calls({"BulkEmailEntryResults": [entry("SUCCESS", "1")]})
    SesSender(calls).send(replace(any_call(), skeleton=Skeleton("Hi", "", "Only text")))
    content = calls.requests[0]["DefaultContent"]["Template"]["TemplateContent"]
    assert content == {"Subject": "Hi", "Text": "Only text"}


NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "


@pytest.mark.parametrize(
    ("code", "message", "cause"),
    [
        ("MessageRejected", f"{NOT_VERIFIED}anna@x.example, bo@y.example, ...", PauseCause.SANDBOX),
        ("MessageRejected", f"{NOT_VERIFIED}Studio <news@studio.example>", PauseCause.ACCOUNT),
        ("BadRequestException", "Template contains unsupported operations.", PauseCause.CONTENT),
    ],
)
def test_refusal_that_is_everybodys_stops_the_campaign_and_names_nobody(
    code: str, message: str, cause: PauseCause
) -> None:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    with pytest.raises(SenderStoppedError) as stopped:
        SesSender(Calls(ClientError(response, "SendBulkEmail"))).send(any_call())  # type: ignore[arg-type]
    assert (stopped.value.cause, "@" in stopped.value.message) == (cause, False)
    assert stopped.value.message.startswith(f"{code}: {message[:20]}")


def test_entry_that_the_sandbox_refuses_stops_the_campaign_too() -> None:
    answer = {"Status": "MESSAGE_REJECTED", "Error": f"{NOT_VERIFIED}anna@x.example"}
    (outcome,) = SesSender(Calls({"BulkEmailEntryResults": [answer]})).send(any_call())
    assert outcome == SenderStopped(f"MESSAGE_REJECTED: {NOT_VERIFIED}[address]", PauseCause.SANDBOX)


@pytest.mark.parametrize(
    "message",
    [
        "Missing final '@domain'",
        "Domain contains dot-dot",
        "Local address contains control or whitespace",
        "Illegal address",
        "Invalid email address<anna@x>.",
        "User name is missing: '@x.example'.",
        *(str(address_problem(one)) for one in ("änna@x.example", "anna", "@x.example", "an na@x.example", "anna@x")),
    ],
)
def test_refusal_of_an_address_is_known_by_its_words(message: str) -> None:
    response = {"Error": {"Code": "BadRequestException", "Message": message}}
    error = ClientError(response | {"ResponseMetadata": {"HTTPStatusCode": 400}}, "SendBulkEmail")  # type: ignore[arg-type]
    with pytest.raises(PermanentSendError) as refused:
        SesSender(Calls(error)).send(any_call())
    assert refused.value.about_recipient


@pytest.mark.parametrize("message", ["Template data is not valid JSON.", "Invalid value of header <X-A>", "m"])
def test_refusal_of_anything_else_is_not_taken_for_one_of_an_address(message: str) -> None:
    answer = {"Status": "INVALID_PARAMETER", "Error": message}
    (outcome,) = SesSender(Calls({"BulkEmailEntryResults": [answer]})).send(any_call())
    assert outcome == Refused(f"INVALID_PARAMETER: {message}")


@pytest.mark.parametrize(("told", "known"), [(True, True), (False, False), (None, True)])
def test_account_tells_whether_it_is_in_the_sandbox(told: bool | None, known: bool) -> None:
    class Client:
        def get_account(self) -> dict[str, Any]:
            return {"SendQuota": {}} | ({} if told is None else {"ProductionAccessEnabled": told})

    assert SesAccount(Client()).current().production_access is known
