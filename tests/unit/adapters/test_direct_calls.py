"""A direct call leaves as botocore itself would have sent it, and ends as botocore's would have ended."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from ariia.adapters.aws.direct_calls import DirectCalls, plain_json
from ariia.adapters.dynamodb.client import DynamoDBCalls
from ariia.adapters.email.ses import request_body
from ariia.ports.ledger.sending import Addressee, SendCall, Skeleton

KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "aws_session_token": "t"}
URL = "https://dynamodb.eu-central-1.amazonaws.com"
KEY = {"channel": {"S": "email"}}
REQUESTS: dict[str, dict[str, Any]] = {
    "GetItem": {"TableName": "rates", "Key": KEY, "ConsistentRead": True},
    "BatchGetItem": {"RequestItems": {"members": {"Keys": [{"member_id": {"S": "Çelik"}}], "ConsistentRead": True}}},
    "Query": {
        "TableName": "ledger",
        "KeyConditionExpression": "ledger_key = :key",
        "ExpressionAttributeValues": {":key": {"S": "studio#spring#0"}},
        "Limit": 2,
    },
    "PutItem": {"TableName": "rates", "Item": KEY, "ConditionExpression": "attribute_not_exists(channel)"},
    "UpdateItem": {
        "TableName": "rates",
        "Key": KEY,
        "UpdateExpression": "SET next_free_at = :next",
        "ExpressionAttributeValues": {":next": {"N": "1"}},
        "ReturnValues": "NONE",
    },
}
CALL = SendCall(
    from_address='"Studio Nörd" <news@studio.example>',
    reply_to="hello@studio.example",
    configuration_set="ariia-tracked",
    skeleton=Skeleton("Hi {{s0}}", '<p class="x">{{s0}}\u2028</p>', "{{s0}}\r\n"),
    tags={"tenant": "studio", "campaign": "spring", "batch": "2-l0-0-anna", "attempt": "3"},
    recipients=[
        Addressee("anna", "anna@mail.example", '{"s0":"Çelik \\u2028 \\"x\\""}', {"List-Unsubscribe": "<https://x>"}),
        Addressee("bernd", "bernd@mail.example", "{}", {}),
    ],
)
SEND = {
    "FromEmailAddress": CALL.from_address,
    "ReplyToAddresses": ["hello@studio.example"],
    "ConfigurationSetName": "ariia-tracked",
    "DefaultContent": {
        "Template": {
            "TemplateContent": {"Subject": CALL.skeleton.subject, "Html": CALL.skeleton.html, "Text": "{{s0}}\r\n"},
            "TemplateData": "{}",
        }
    },
    "BulkEmailEntries": [
        {
            "Destination": {"ToAddresses": [one.address]},
            "ReplacementTags": [
                *({"Name": name, "Value": value} for name, value in CALL.tags.items()),
                {"Name": "member", "Value": one.member_id},
            ],
            "ReplacementHeaders": [{"Name": name, "Value": value} for name, value in one.headers.items()],
            "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": one.data}},
        }
        for one in CALL.recipients
    ],
}


class Raw:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self) -> Any:
        yield self.content


def client_of(service: str, **more: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5, parameter_validation=False)
    return boto3.client(service, region_name="eu-central-1", config=config, **KEYS, **more)  # type: ignore[call-overload]


Answer = tuple[int, dict[str, str], bytes] | Exception


def answering(client: Any, *answers: Answer) -> list[Any]:
    """Lets `client` see these answers, the last one for ever; what it would have sent is in the list."""
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        given = answers[min(len(sent), len(answers) - 1)]
        sent.append(request)
        if isinstance(given, Exception):
            raise given
        status, headers, content = given
        return AWSResponse(request.url, status, headers, Raw(content))

    client.meta.events.register("before-send", answer)
    return sent


def wire(service: str, make: Callable[[Any], Any]) -> Any:
    client = client_of(service)
    sent = answering(client, (200, {}, b"{}"))
    make(client)
    return sent[0]


def text_of(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def is_same_on_the_wire(ours: Any, usual: Any) -> None:
    assert json.loads(ours.body) == json.loads(usual.body)
    assert (ours.method, ours.url) == (usual.method, usual.url)
    for name in ("Content-Type", "X-Amz-Target", "X-Amz-Security-Token"):
        assert text_of(ours.headers.get(name)) == text_of(usual.headers.get(name)), name
    assert int(ours.headers["Content-Length"]) == len(ours.body)
    scope = text_of(ours.headers["Authorization"]).partition("Credential=")[2].partition(",")[0]
    assert scope in text_of(usual.headers["Authorization"])


@pytest.mark.parametrize("operation", sorted(REQUESTS))
def test_a_request_to_dynamodb_is_the_one_that_botocore_writes(operation: str) -> None:
    method = {"BatchGetItem": "batch_get_item", "Query": "query"}.get(operation, operation[:-4].lower() + "_item")
    usual = wire("dynamodb", lambda client: getattr(client, method)(**REQUESTS[operation]))
    ours = wire(
        "dynamodb",
        lambda client: getattr(DynamoDBCalls(client, DirectCalls(client, attempts=1)), method)(**REQUESTS[operation]),
    )
    is_same_on_the_wire(ours, usual)


def test_a_send_is_the_one_that_botocore_writes() -> None:
    usual = wire("sesv2", lambda client: client.send_bulk_email(**SEND))
    ours = wire("sesv2", lambda client: DirectCalls(client, attempts=1).call("SendBulkEmail", request_body(CALL)))
    assert json.loads(ours.body) == SEND
    is_same_on_the_wire(ours, usual)


def test_what_is_not_direct_is_the_clients_own() -> None:
    client = client_of("dynamodb")
    assert DynamoDBCalls(client, DirectCalls(client, attempts=1)).meta is client.meta


def failure(code: str, status: int = 400) -> Answer:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "why"}).encode()
    return status, {"x-amzn-RequestId": "r"}, body


GOOD: Answer = (200, {"x-amz-crc32": str(zlib.crc32(b'{"Item":{}}'))}, b'{"Item":{}}')


def outcome(*answers: Answer, attempts: int = 4) -> tuple[Any, int, list[float]]:
    """What came back or was raised, how many requests went out, and the pauses between them."""
    client = client_of("dynamodb")
    sent, pauses = answering(client, *answers), []  # type: ignore[var-annotated]
    calls = DirectCalls(client, attempts=attempts, pause=pauses.append)
    try:
        found: Any = calls.call("GetItem", plain_json(REQUESTS["GetItem"]))
    except (ClientError, ConnectionError, HTTPClientError) as error:
        found = error
    return found, len(sent), pauses


@pytest.mark.parametrize(
    "passing",
    [
        failure("ProvisionedThroughputExceededException"),
        failure("ThrottlingException"),
        failure("InternalServerError", 500),
        (503, {}, b"<html>busy</html>"),
        (200, {"x-amz-crc32": "7"}, b'{"Item":{}}'),
        (200, {}, b'{"Item":'),
        ReadTimeoutError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
    ],
    ids=str,
)
def test_what_passes_is_tried_again_a_while_later(passing: Answer) -> None:
    found, sent, pauses = outcome(passing, passing, GOOD)
    assert found == {"Item": {}}
    assert sent == 3
    assert len(pauses) == 2
    assert 0 <= pauses[0] <= 1
    assert 0 <= pauses[1] <= 2
    found, sent, _ = outcome(passing)
    assert isinstance(found, Exception)
    assert sent == 4


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "ResourceNotFoundException", "AccessDenied"])
def test_what_does_not_pass_is_an_error_at_once(code: str) -> None:
    found, sent, pauses = outcome(failure(code), GOOD)
    assert isinstance(found, ClientError)
    assert found.response["Error"]["Code"] == code
    assert found.response["Error"]["Message"] == "why"
    assert found.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert (sent, pauses) == (1, [])


@pytest.mark.parametrize("answer", [failure("ThrottlingException"), ReadTimeoutError(endpoint_url=URL)], ids=str)
def test_what_may_happen_once_is_called_once(answer: Answer) -> None:
    found, sent, pauses = outcome(answer, GOOD, attempts=1)
    assert isinstance(found, Exception)
    assert (sent, pauses) == (1, [])


def test_an_error_of_ses_has_its_name_from_the_header() -> None:
    client = client_of("sesv2")
    answering(client, (429, {"x-amzn-errortype": "TooManyRequestsException"}, b'{"message":"slower"}'))
    with pytest.raises(ClientError) as raised:
        DirectCalls(client, attempts=1).call("SendBulkEmail", request_body(CALL))
    assert raised.value.response["Error"] == {"Code": "TooManyRequestsException", "Message": "slower"}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_an_own_endpoint_is_kept() -> None:
    client = client_of("sesv2", endpoint_url="http://127.0.0.1:9/")
    sent = answering(client, (200, {}, b"{}"))
    DirectCalls(client, attempts=1).call("SendBulkEmail", request_body(CALL))
    assert sent[0].url == "http://127.0.0.1:9/v2/email/outbound-bulk-emails"
