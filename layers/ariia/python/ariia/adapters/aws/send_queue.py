"""The channel's queue on SQS: a fair queue, so that one tenant's million does not stand before another's ten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from ariia.domain.errors import TransientError
from ariia.domain.ledger.queued_batch import QueuedBatch
from ariia.ports.ledger.sending import SendQueue

_PER_CALL = 10
_TRIES = 4


@cache
def sqs_client() -> Any:
    """One client per process."""
    return boto3.client("sqs", config=Config(retries={"total_max_attempts": 4, "mode": "standard"}))


class SqsSendQueue(SendQueue):
    """Puts batches; the body holds ids only."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, batches: Sequence[QueuedBatch]) -> None:
        for start in range(0, len(batches), _PER_CALL):
            self._put_some(batches[start : start + _PER_CALL])

    def _put_some(self, batches: Sequence[QueuedBatch]) -> None:
        waiting = {str(place): _message(batch) for place, batch in enumerate(batches)}
        for _ in range(_TRIES):
            entries = [{"Id": place, **message} for place, message in waiting.items()]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            waiting = {failed["Id"]: waiting[failed["Id"]] for failed in answer.get("Failed", [])}
            if not waiting:
                return
        raise TransientError(f"SQS did not take {len(waiting)} messages")


def _message(batch: QueuedBatch) -> dict[str, Any]:
    return {"MessageBody": batch.to_text(), "MessageGroupId": batch.key.tenant_id}


class SqsBacklog:
    """How much waits in a queue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def count(self) -> int:
        """Messages visible, in flight and delayed; SQS may be up to a minute behind with each
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html)."""
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)


class SqsReturns:
    """Sends messages back into the queue they came from, to come again soon."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def later(self, queue_arn: str, receipt_handles: Sequence[str], seconds: int) -> None:
        """Makes the messages visible again after `seconds`; where that fails, after the visibility timeout."""
        url = self._url(queue_arn)
        for start in range(0, len(receipt_handles), _PER_CALL):
            entries = [
                {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
                for place, handle in enumerate(receipt_handles[start : start + _PER_CALL])
            ]
            self._client.change_message_visibility_batch(QueueUrl=url, Entries=entries)

    def _url(self, arn: str) -> str:
        """`arn:aws:sqs:region:account:name` is all that an event source tells."""
        *_, account, name = arn.split(":")
        return f"{self._client.meta.endpoint_url}/{account}/{name}"
