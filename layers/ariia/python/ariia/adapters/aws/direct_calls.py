"""Calls of AWS's JSON operations without what botocore does around each one.

For every call botocore evaluates the endpoint's rules, walks request and answer along its service model and emits a
dozen events: 0.4 ms of the 0.8 ms that a small call costs, and more for a large one. Here a boto3 client lends what a
call needs: its credentials and signer, its HTTP session (TLS, proxies, timeouts, kept connections, and the exceptions
that tell a refused connection from a lost answer) and its parser of errors. It must be an operation of a JSON protocol
without blobs, timestamps or generated tokens, so that the request's JSON is what botocore would write; the tests
compare the two. The attributes taken from the client are botocore's own, whose version is pinned.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Mapping
from random import random
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

# Building the long user agent anew for every call takes a tenth of a small one's CPU; this one is constant.
USER_AGENT = "ariia-campaigns"
# botocore's standard mode waits a random part of 1, 2, 4, … seconds, and never longer than this.
_LONGEST_PAUSE_SECONDS = 20.0
# AWS SDKs reference, "Retry behavior": codes that mean "slower", whatever their status.
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "Throttling",
    "TransactionInProgressException",
}


class DirectCalls:
    """The JSON operations of one boto3 client."""

    def __init__(self, client: Any, *, attempts: int, pause: Callable[[float], None] = time.sleep) -> None:
        """`attempts` = 1 makes each call once: right for whatever may not happen twice. With more, a call is repeated
        after lost connections, passing faults and throttling, as botocore's standard mode does."""
        self._client, self._attempts, self._pause = client, attempts, pause
        self._service, self._signer = client.meta.service_model, client._request_signer
        self._session, self._events = client._endpoint.http_session, client.meta.events
        self._operations: dict[str, _Operation] = {}

    def call(self, operation: str, body: bytes) -> dict[str, Any]:
        """The answer's JSON to `operation` (AWS's name of it). Raises ClientError and botocore's HTTP exceptions, as
        the client's own method would."""
        known = self._operations.get(operation)
        if known is None:
            known = self._operations[operation] = _Operation(self._client, operation)
        for attempt in range(1, self._attempts):
            try:
                return self._once(known, body)
            except (ClientError, ConnectionError, HTTPClientError) as error:
                if isinstance(error, ClientError) and not _passes(error):
                    raise
            self._pause(random() * min(2.0 ** (attempt - 1), _LONGEST_PAUSE_SECONDS))
        return self._once(known, body)

    def _once(self, operation: _Operation, body: bytes) -> dict[str, Any]:
        request = AWSRequest("POST", operation.url, headers=operation.headers, data=body)
        signer = self._signer.get_auth_instance(self._service.signing_name, self._client.meta.region_name)
        signer.add_auth(request)
        prepared = request.prepare()
        answer = self._events.emit_until_response(operation.before_send, request=prepared)[1]
        if answer is None:
            answer = self._session.send(prepared)
        content: bytes = answer.content
        if answer.status_code >= 300:
            raise self._error(operation, answer, content)
        return _read(content, answer.headers)

    def _error(self, operation: _Operation, answer: Any, content: bytes) -> ClientError:
        response = {"status_code": answer.status_code, "headers": answer.headers, "body": content}
        parsed = self._client._response_parser.parse(response, operation.output_shape)
        return ClientError(parsed, operation.name)


class _Operation:
    """What is the same in every call of an operation."""

    def __init__(self, client: Any, name: str) -> None:
        service = client.meta.service_model
        model = service.operation_model(name)
        self.name, self.output_shape = name, model.output_shape
        self.url = client.meta.endpoint_url.rstrip("/") + model.http["requestUri"]
        self.before_send = f"before-send.{service.service_id.hyphenize()}.{name}"
        self.headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json"}
        if service.protocol == "json":
            version = service.metadata["jsonVersion"]
            self.headers["Content-Type"] = f"application/x-amz-json-{version}"
            self.headers["X-Amz-Target"] = f"{service.metadata['targetPrefix']}.{name}"


def plain_json(request: Mapping[str, Any]) -> bytes:
    """A request as it goes onto the wire."""
    return json.dumps(request, separators=(",", ":")).encode()


def _read(content: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """DynamoDB sends the checksum of each answer; one that does not match is as good as lost."""
    checksum = headers.get("x-amz-crc32")
    if checksum is not None and int(checksum) != zlib.crc32(content):
        raise HTTPClientError(error="the answer does not match its checksum")
    try:
        answer: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise HTTPClientError(error="the answer is no JSON") from error
    return answer


def _passes(error: ClientError) -> bool:
    response = error.response
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status in (500, 502, 503, 504) or response.get("Error", {}).get("Code", "") in _THROTTLED
