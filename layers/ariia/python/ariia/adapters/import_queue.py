"""The queue of import_members on SQS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ariia.domain.errors import TransientError
from ariia.ports.uploads import RangeTask

_PER_CALL = 10  # API_SendMessageBatch
_ATTEMPTS = 3


class SqsImportQueue:
    """ImportQueue; the tenant is the message group, so that one tenant's big file does not hold up the others'."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def put(self, tasks: Sequence[RangeTask]) -> None:
        """See the port."""
        for start in range(0, len(tasks), _PER_CALL):
            self._put_batch(tasks[start : start + _PER_CALL])

    def _put_batch(self, tasks: Sequence[RangeTask]) -> None:
        entries = [
            {"Id": str(task.number), "MessageBody": encode_task(task), "MessageGroupId": task.tenant_id}
            for task in tasks
        ]
        for _ in range(_ATTEMPTS):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            refused = {failure["Id"] for failure in answer.get("Failed", ())}
            entries = [entry for entry in entries if entry["Id"] in refused]
            if not entries:
                return
        raise TransientError("the queue did not take all parts of the import; try again")


def encode_task(task: RangeTask) -> str:
    """The task as a message body; functions/import_members reads it back."""
    return json.dumps({"tenant_id": task.tenant_id, "job_id": task.job_id, "number": task.number})
