"""When a provider event was published, by the message that carries it."""

from __future__ import annotations

import json
from datetime import datetime


def published_at(body: str, sent_at: int) -> int:
    """Epoch ms: the earlier of the SNS envelope's `Timestamp` and `sent_at`, SQS's SentTimestamp, which is new when a
    dead letter is sent back; `sent_at` alone where the body is no envelope
    (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html)."""
    try:
        envelope = json.loads(body)
        stamp = datetime.fromisoformat(envelope["Timestamp"])
        return min(sent_at, round(stamp.timestamp() * 1000))
    except Exception:  # whatever a body is that can't be read: its neighbours are to be noted all the same
        return sent_at
