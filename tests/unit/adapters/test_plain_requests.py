"""What goes onto the wire is what botocore itself would have written."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from ariia.adapters.plain_requests import write_plainly

SEND = {
    "FromEmailAddress": "Studio Nörd <news@studio.example>",
    "ReplyToAddresses": ["hello@studio.example"],
    "DefaultContent": {"Template": {"TemplateContent": {"Subject": "Hi {{s0}}"}, "TemplateData": "{}"}},
    "BulkEmailEntries": [
        {
            "Destination": {"ToAddresses": ["anna@mail.example"]},
            "ReplacementTags": [{"Name": "member", "Value": "anna"}],
            "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": '{"s0":"Çelik \\u2028"}'}},
        }
    ],
}
READ = {
    "RequestItems": {
        "ariia-members": {
            "Keys": [{"shard_key": {"S": "studio#0"}, "member_id": {"S": "anna"}}],
            "ConsistentRead": True,
            "ProjectionExpression": "#document",
            "ExpressionAttributeNames": {"#document": "document"},
        }
    }
}


class Raw:
    def stream(self) -> Any:
        yield b"{}"


def sent(service: str, method: str, request: dict[str, Any], plainly: str = "") -> Any:
    """The request as it would leave, with its signature left out."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
    client = boto3.client(service, **keys)  # type: ignore[call-overload]
    if plainly:
        write_plainly(client, plainly)
    found = []

    def catch(request: Any, **_: Any) -> AWSResponse:
        found.append(request)
        return AWSResponse(request.url, 200, {}, Raw())

    client.meta.events.register("before-send", catch)
    getattr(client, method)(**request)
    return found[0]


@pytest.mark.parametrize(
    ("service", "method", "operation", "request_"),
    [("sesv2", "send_bulk_email", "SendBulkEmail", SEND), ("dynamodb", "batch_get_item", "BatchGetItem", READ)],
)
def test_a_plain_request_is_the_one_that_botocore_writes(
    service: str, method: str, operation: str, request_: dict[str, Any]
) -> None:
    usual, plain = sent(service, method, request_), sent(service, method, request_, operation)
    assert json.loads(plain.body) == json.loads(usual.body) == request_
    assert (plain.method, plain.url) == (usual.method, usual.url)
    for name in ("Content-Type", "X-Amz-Target"):
        assert plain.headers.get(name) == usual.headers.get(name)
    assert int(plain.headers["Content-Length"]) == len(plain.body)
