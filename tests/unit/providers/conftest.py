"""A simulator behind a real socket, driven by boto3 as the functions drive it; SNS is a list in memory."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.local.providers.client import SimulatorClient
from infra.local.providers.mounts import mounts_of
from infra.local.providers.server.http import ProviderServer
from infra.local.providers.ses.settings import Delays, Settings
from infra.local.providers.ses.simulator import Simulator

TOPIC = "arn:aws:sns:us-east-1:000000000000:ses-events"
TRACKED = "ariia-test-tracked"
SENDER = "Studio Nord <news@studio.example>"
QUICK = {"delays": dict.fromkeys(Delays.model_fields, 1)}


class FakeTopics:
    """SNS's PublishBatch: takes everything and remembers it, unless told to fail."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.notices: list[tuple[str, str, bool]] = []  # topic, text, whether there is a subject
        self.batches: list[int] = []
        self.failures = 0
        self._lock = threading.Lock()

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        entries = request["PublishBatchRequestEntries"]
        with self._lock:
            if self.failures:
                self.failures -= 1
                raise ConnectionError("SNS is away")
            self.batches.append(len(entries))
            for entry in entries:
                if entry["Message"].startswith("{"):
                    self.published.append((request["TopicArn"], json.loads(entry["Message"])))
                else:
                    self.notices.append((request["TopicArn"], entry["Message"], "Subject" in entry))
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        with self._lock:
            return [event for _, event in self.published if kind in (None, event["eventType"])]

    def kinds(self) -> list[str]:
        return sorted(event["eventType"] for event in self.events())


@pytest.fixture
def topics() -> FakeTopics:
    return FakeTopics()


@pytest.fixture
def server(topics: FakeTopics) -> Iterator[ProviderServer]:
    rates = {"rate": 1000, "control_rate": 1000}
    started = Settings().changed({"topic_arn": TOPIC, "verified_domains": ["studio.example"], **rates, **QUICK})
    simulator = Simulator(started, topics)
    running = ProviderServer(mounts_of(simulator), 0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    simulator.stop()


@pytest.fixture
def simulator(server: ProviderServer) -> SimulatorClient:
    return SimulatorClient(server.address)


@pytest.fixture
def ses(server: ProviderServer) -> Any:
    return ses_at(server.address)


def ses_at(address: str, read_timeout: float = 5) -> Any:
    return boto3.client(
        "sesv2",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout),
    )


def any_entry(to: str = "anna@x.example", member: str = "m1", **data: str) -> dict[str, Any]:
    return {
        "Destination": {"ToAddresses": [to]},
        "ReplacementTags": [{"Name": "member", "Value": member}],
        "ReplacementEmailContent": {
            "ReplacementTemplate": {"ReplacementTemplateData": json.dumps({"s0": "Anna", **data})}
        },
    }


def any_bulk(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    template = {
        "TemplateContent": {
            "Subject": "Hello {{s0}}",
            "Text": "Hello {{s0}}",
            "Html": '<p>Hello {{s0}}</p><a href="https://shop.example/a">Shop</a>',
        },
        "TemplateData": "{}",
    }
    call = {
        "FromEmailAddress": SENDER,
        "ConfigurationSetName": TRACKED,
        "DefaultEmailTags": [{"Name": "tenant", "Value": "t1"}, {"Name": "campaign", "Value": "c1"}],
        "DefaultContent": {"Template": template},
        "BulkEmailEntries": list(entries),
    }
    return call | changes


def any_simple(to: str = "anna@x.example", **changes: Any) -> dict[str, Any]:
    call = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [to]},
        "ConfigurationSetName": TRACKED,
        "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "<p>Hi</p>"}}}},
    }
    return call | changes


def eventually(check: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
