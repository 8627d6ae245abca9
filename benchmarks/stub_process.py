"""The stub as a process of its own, so that its CPU is never counted as the engine's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from .stub.counts import Counts
from .stub.tables import PREFIX

REGION = "eu-central-1"
_ACCOUNT = f"arn:aws:lambda:{REGION}:123456789012"


class StubClient:
    """What a benchmark asks of the stub beside AWS's own calls; nothing of this is counted."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._connection = HTTPConnection("127.0.0.1", port)

    def reset(self, **wanted: Any) -> None:
        """Forgets all items and counts; `members_per_shard`, `rate` (messages a second)."""
        self._ask("reset", wanted)

    def recount(self) -> None:
        """Starts the counters anew; items stay."""
        self._ask("recount", {})

    def counts(self) -> Counts:
        """What was asked since the last reset or recount."""
        return Counts(**self._ask("counts", {}))

    def messages(self) -> list[dict[str, Any]]:
        """Takes what waits in the queue."""
        found: list[dict[str, Any]] = self._ask("messages", {})
        return found

    def items(self, table: str, partition: str) -> list[dict[str, Any]]:
        """All items of one partition."""
        found: list[dict[str, Any]] = self._ask("items", {"table": table, "partition": partition})
        return found

    def _ask(self, what: str, body: dict[str, Any]) -> Any:
        self._connection.request("POST", f"/stub/{what}", json.dumps(body))
        return json.loads(self._connection.getresponse().read())


@contextmanager
def running_stub() -> Iterator[StubClient]:
    """A stub that ends with the block, with this process's AWS clients pointed to it and to nothing else."""
    command = [sys.executable, "-m", "benchmarks.stub"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        client = StubClient(int(process.stdout.readline()))
        os.environ.update(environment(client.endpoint))
        os.environ.pop("AWS_PROFILE", None)
        try:
            yield client
        finally:
            process.terminate()


def environment(endpoint: str) -> dict[str, str]:
    """The environment of a deployed function whose AWS is at `endpoint`."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "benchmark",
        "POWERTOOLS_METRICS_NAMESPACE": "ariia",
        "ARIIA_STAGE": "benchmark",
        "ARIIA_TABLE_PREFIX": PREFIX,
        "ARIIA_SHARDS": "16",
        "ARIIA_CHANNEL": "email",
        "ARIIA_LEASE_SECONDS": "120",
        "ARIIA_GRACE_SECONDS": "300",
        "ARIIA_PROVIDER_READ_TIMEOUT_SECONDS": "10",
        "ARIIA_SIGNING_SECRET_ARN": "signing",
        "ARIIA_PUBLIC_BASE_URL": "https://mail.studio.example",
        "ARIIA_CONFIGURATION_SET": "ariia",
        "ARIIA_EMAIL_QUEUE_URL": f"{endpoint}/123456789012/ariia-email",
        "ARIIA_EVENTS_QUEUE_URL": f"{endpoint}/123456789012/ariia-events",
        "ARIIA_EVENTS_VISIBILITY_SECONDS": "180",
        "ARIIA_EVENTS_DLQ_URL": f"{endpoint}/123456789012/ariia-events-dead-letters",
        "ARIIA_STREAM_DLQ_URL": f"{endpoint}/123456789012/ariia-dead-letters",
        "ARIIA_EVENTS_TOPIC_ARN": TOPIC_ARN,
        "ARIIA_STREAM_SHARD": "shard-0",
        "ARIIA_CAMPAIGN_RUN_ARN": f"{_ACCOUNT}:stateMachine:campaign-run",
        "ARIIA_UPLOADS_BUCKET": "uploads",
        "ARIIA_JOB_CONCURRENCY": "16",
        "ARIIA_COUNT_AUDIENCE_ARN": f"{_ACCOUNT}:function:count-audience",
        "ARIIA_RECOUNT_STATISTICS_ARN": f"{_ACCOUNT}:function:recount-statistics",
        "ARIIA_REST_SECONDS": "10",
        "ARIIA_IMPORT_MEMBERS_ARN": f"{_ACCOUNT}:function:import-members",
        "ARIIA_QUIET_SECONDS": "330",
        "ARIIA_SCHEDULE_GROUP": "ariia",
        "ARIIA_SCHEDULE_ROLE_ARN": f"{_ACCOUNT}:role/schedules",
        "ARIIA_SCHEDULE_DLQ_ARN": f"{_ACCOUNT}:ariia-dead-letters",
        "ARIIA_REVISIT_GROUP": "ariia-revisits",
        "ARIIA_REVISIT_FUNCTIONS_ARN": f"{_ACCOUNT}:function:ariia-",
        "ARIIA_REVISIT_ROLE_ARN": f"{_ACCOUNT}:role/revisits",
        "ARIIA_REVISIT_DLQ_ARN": f"{_ACCOUNT}:ariia-dead-letters",
    }


TOPIC_ARN = f"arn:aws:sns:{REGION}:123456789012:ariia-email-events"
