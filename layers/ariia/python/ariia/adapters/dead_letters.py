"""A queue for what a stream handler can't read: it may neither block the stream nor get lost."""

from __future__ import annotations

import json
from typing import Any


class SqsDeadLetters:
    """Puts records aside with the reason."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, record: dict[str, Any], reason: str) -> None:
        """Keeps the record's keys and place, not its images (they may exceed a message and hold personal data)."""
        change = record.get("dynamodb", {})
        kept = {"reason": reason, "sequence": change.get("SequenceNumber"), "keys": change.get("Keys")}
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(kept))
