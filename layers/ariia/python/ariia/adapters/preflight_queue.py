"""The preflight queue on SQS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ariia.domain.errors import TransientError
from ariia.ports.preflight import ShardTask

_PER_CALL = 10
_BUSY = "the count can't be started just now; try again"


class SqsPreflightQueue:
    """Puts count tasks; fair between tenants by their message group."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, tasks: Sequence[ShardTask]) -> None:
        """See PreflightQueue."""
        for start in range(0, len(tasks), _PER_CALL):
            self._put_some(tasks[start : start + _PER_CALL])

    def _put_some(self, tasks: Sequence[ShardTask]) -> None:
        entries = [
            {"Id": str(task.shard), "MessageBody": task.to_text(), "MessageGroupId": task.tenant_id} for task in tasks
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise TransientError(_BUSY) from error
        if answer.get("Failed"):
            raise TransientError(_BUSY)
