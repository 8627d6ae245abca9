"""Queues for what a handler can't read: it may neither hold up the others nor get lost."""

from __future__ import annotations

import json
from typing import Any


class SqsDeadLetters:
    """Puts records of a stream aside with the reason."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, record: dict[str, Any], reason: str) -> None:
        """Keeps the record's keys and place, not its images (they may exceed a message and hold personal data)."""
        change = record.get("dynamodb", {})
        kept = {"reason": reason, "sequence": change.get("SequenceNumber"), "keys": change.get("Keys")}
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(kept))


class SqsDeadMessages:
    """Puts messages of a queue aside as they are, so that they can be sent back."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, body: str, reason: str, message_id: str) -> None:
        """Keeps the body, and beside it why it was given up and the message's id, which the log names."""
        said = {"reason": reason, "message_id": message_id}
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
        self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes=attributes)
