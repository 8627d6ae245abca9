"""A look at the dead events that takes none away."""

from __future__ import annotations

from typing import Any

from ariia.adapters.aws.send_queue import SqsBacklog
from ariia.domain.ledger.published import published_at

_PER_CALL = 10
_MOST_CALLS = 100
# Hides what was seen for the rest of the look; who looks at the same time sees by the count that something is hidden.
_HIDDEN_SECONDS = 2
# A long poll asks every server of the queue, a short one some of them:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
_WAIT_SECONDS = 1


class SqsDeadEvents:
    """The dead-letter queue of the events."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url
        self._backlog = SqsBacklog(client, url)

    def published(self) -> set[int] | None:
        """When each was published (epoch ms); None when not all of them could be seen."""
        most, seen = self._backlog.count(), dict[str, int]()
        for _ in range(_MOST_CALLS):
            messages = self._receive()
            if not messages:
                return set(seen.values()) if len(seen) >= most else None
            seen |= {one["MessageId"]: _published(one) for one in messages}
        return None

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_PER_CALL,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found


def _published(message: dict[str, Any]) -> int:
    return published_at(message["Body"], int(message["Attributes"]["SentTimestamp"]))
