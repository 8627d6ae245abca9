"""Plain HTTP/1.1 with kept connections; every connection has a thread."""

from __future__ import annotations

import json
import socketserver
import zlib
from typing import Any
from urllib.parse import urlsplit

from .counts import Counts
from .dynamodb import ConditionError, DynamoDB
from .services import Ses, Sqs, secret

_CONDITION_FAILED = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
_CANCELLED = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"


class Stub:
    """All services and their counters."""

    def __init__(self) -> None:
        self.reset({})

    def reset(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Forgets everything; `members_per_shard` is how many members each of the 16 shards has."""
        self.counts = Counts()
        self.dynamodb, self.sqs, self.ses = DynamoDB(self.counts), Sqs(), Ses()
        self.dynamodb.members_per_shard = int(wanted.get("members_per_shard", 0))
        self.ses.rate = float(wanted.get("rate", self.ses.rate))
        return {}

    def answer(self, path: str, target: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to one request."""
        request = json.loads(body) if body else {}
        if path.startswith("/stub/"):
            return 200, json.dumps(self._control(path, request)).encode()
        service, operation = _operation(path, target)
        status, answer = self._serve(service, operation, path, request)
        given = json.dumps(answer).encode()
        self.counts.add(f"{service}.{operation}", len(body), len(given))
        return status, given

    def _serve(self, service: str, operation: str, path: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if service == "dynamodb":
            try:
                return 200, self.dynamodb.answer(operation, request)
            except ConditionError:
                kind = _CANCELLED if operation == "TransactWriteItems" else _CONDITION_FAILED
                return 400, {"__type": kind, "message": "a condition failed"}
        if service == "ses":
            return 200, self.ses.answer(path, request)
        return 200, self.sqs.answer(operation, request) if service == "sqs" else secret(request)

    def _control(self, path: str, request: dict[str, Any]) -> Any:
        if path == "/stub/reset":
            return self.reset(request)
        if path == "/stub/recount":
            self.counts = self.dynamodb.counts = Counts()
            return {}
        if path == "/stub/messages":
            messages, self.sqs.messages = self.sqs.messages, []
            return messages
        if path == "/stub/items":
            return self.dynamodb.stored(request["table"], request["partition"])
        return self.counts.as_json()


def _operation(path: str, target: str) -> tuple[str, str]:
    if target:
        service, _, operation = target.partition(".")
        return {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}.get(service, "secrets"), operation
    names = {"outbound-bulk-emails": "SendBulkEmail", "outbound-emails": "SendEmail", "account": "GetAccount"}
    return "ses", names[path.rpartition("/")[2]]


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    wbufsize = -1
    stub: Stub

    def handle(self) -> None:
        while line := self.rfile.readline():
            path = urlsplit(line.split()[1].decode()).path
            length, target = self._headers()
            status, given = self.stub.answer(path, target, self.rfile.read(length))
            self._answer(status, given, target)

    def _headers(self) -> tuple[int, str]:
        length, target = 0, ""
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"x-amz-target":
                target = value.strip().decode()
        return length, target

    def _answer(self, status: int, given: bytes, target: str) -> None:
        checksum = f"x-amz-crc32: {zlib.crc32(given)}\r\n" if target.startswith("DynamoDB") else ""
        kind = "application/x-amz-json-1.0" if target else "application/json"
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\n{checksum}Content-Length: {len(given)}\r\n\r\n"
        self.wfile.write(head.encode() + given)
        self.wfile.flush()


class StubServer(socketserver.ThreadingTCPServer):
    """Serves one Stub on a free port of the loopback interface."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        connection = type("Connection", (_Connection,), {"stub": Stub()})
        super().__init__(("127.0.0.1", 0), connection)
