"""The preflight queue takes one task per shard and gives them back readable."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from ariia.adapters.preflight_queue import SqsPreflightQueue
from ariia.domain.errors import TransientError
from ariia.domain.preflight_job import CountTask
from infra.local.ministack import Ministack


def test_every_shard_is_queued_once(ministack: Ministack, tenant_id: str) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=f"preflights-{tenant_id}")["QueueUrl"]
    tasks = [CountTask(tenant_id, "c1", "j1", shard) for shard in range(16)]
    SqsPreflightQueue(client, url).put(tasks)
    found = []
    while messages := client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages"):
        found += [CountTask.from_text(message["Body"]) for message in messages]
        assert {message["Attributes"]["MessageGroupId"] for message in messages} == {tenant_id}
    assert sorted(found, key=lambda task: task.shard) == tasks


def test_partly_refused_call_is_to_be_repeated() -> None:
    class Partly:
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {"Successful": [{"Id": "0"}], "Failed": [{"Id": "1"}]}

    with pytest.raises(TransientError):
        SqsPreflightQueue(Partly(), "url").put([CountTask("t1", "c1", "j1", shard) for shard in (0, 1)])
