"""The simulator as its own process, publishing through a real SNS client."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from infra.local.providers.client import SimulatorClient
from infra.local.providers.ses.publisher import TOPIC_NOTICE
from tests.unit.providers.conftest import TOPIC, any_bulk, any_entry, ses_at

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[3]
ANSWER = (
    '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed/><Successful>'
    "{}</Successful></PublishBatchResult></PublishBatchResponse>"
)
MEMBER = "<member><Id>{}</Id><MessageId>{}</MessageId></member>"


class FakeSns:
    """Receives PublishBatch in SNS's query protocol."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                body = ANSWER.format("".join(receiver.take(form))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def take(self, form: dict[str, list[str]]) -> Iterator[str]:
        prefix, number = "PublishBatchRequestEntries.member.", 1
        while f"{prefix}{number}.Id" in form:
            entry = {name: form[f"{prefix}{number}.{name}"][0] for name in ("Id", "Message")}
            self.received.append(entry | {"TopicArn": form["TopicArn"][0]})
            yield MEMBER.format(entry["Id"], f"m-{entry['Id']}")
            number += 1


@pytest.fixture
def sns() -> Iterator[FakeSns]:
    receiver = FakeSns()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_process_says_where_it_is_serves_publishes_and_ends_at_sigterm(sns: FakeSns) -> None:
    endpoint = f"http://127.0.0.1:{sns.server.server_port}"
    command = [sys.executable, "-m", "infra.local.providers", "--aws-endpoint", endpoint, "--topic-arn", TOPIC]
    command += ["--rate", "500", "--daily-quota", "1000", "--verified-domain", "studio.example"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["address"].startswith("http://127.0.0.1:")
        simulator, ses = SimulatorClient(ready["address"]), ses_at(ready["address"])
        assert ses.get_account()["SendQuota"]["MaxSendRate"] == 500.0
        ses.send_bulk_email(**any_bulk(any_entry("a+click@x.example"), any_entry("b+bounce@x.example", "m2")))
        summary = simulator.wait_until_quiet()
        assert summary.occurred == summary.published == {"Send": 2, "Delivery": 1, "Open": 1, "Click": 1, "Bounce": 1}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert len(sns.received) == 7
    assert {entry["TopicArn"] for entry in sns.received} == {TOPIC}
    told = [entry["Message"] for entry in sns.received if entry["Message"] != TOPIC_NOTICE]
    kinds = sorted(json.loads(text)["eventType"] for text in told)
    assert kinds == ["Bounce", "Click", "Delivery", "Open", "Send", "Send"]
