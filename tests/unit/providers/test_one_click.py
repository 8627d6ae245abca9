"""One-click unsubscribe as RFC 8058 asks of mailbox providers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from infra.local.providers.client import SentMessage, SimulatorClient
from tests.unit.providers.conftest import any_simple

pytestmark = pytest.mark.enable_socket


@dataclass
class Landing:
    """The sender's unsubscribe endpoint."""

    address: str = ""
    status: int = 200
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def landing() -> Iterator[Landing]:
    state = Landing()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((self.command, self.path, dict(self.headers), body))
            self.send_response(state.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"bye")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


def send(ses: Any, simulator: SimulatorClient, **headers: str) -> SentMessage:
    given = [{"Name": name.replace("_", "-"), "Value": value} for name, value in headers.items()]
    simple = {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "x"}}, "Headers": given}
    ses.send_email(**any_simple("anna+open+unsubscribe@x.example", Content={"Simple": simple}))
    simulator.wait_until_quiet()
    (message,) = simulator.messages()
    return message


def test_post_is_exactly_that_of_the_rfc_and_its_answer_is_kept(
    ses: Any, simulator: SimulatorClient, landing: Landing
) -> None:
    value = f"<mailto:u@t.example?subject=x>, <{landing.address}/u/token?a=1>"
    message = send(ses, simulator, List_Unsubscribe=value, List_Unsubscribe_Post="List-Unsubscribe=One-Click")
    ((method, path, headers, body),) = landing.requests
    assert (method, path, body) == ("POST", "/u/token?a=1", b"List-Unsubscribe=One-Click")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not {"Cookie", "Authorization"} & headers.keys()
    (answer,) = message.unsubscribes
    assert (answer["status"], answer["body"], answer["problem"]) == (200, "bye", None)
    assert simulator.summary().unsubscribes == {"posted": 1, "succeeded": 1}


def test_redirect_is_not_followed(ses: Any, simulator: SimulatorClient, landing: Landing) -> None:
    landing.status = 302
    message = send(
        ses,
        simulator,
        List_Unsubscribe=f"<{landing.address}/u>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )
    assert len(landing.requests) == 1
    assert message.unsubscribes[0]["problem"] == "redirects are not followed"
    assert simulator.summary().unsubscribes["succeeded"] == 0


def test_without_the_post_header_nothing_is_posted(ses: Any, simulator: SimulatorClient, landing: Landing) -> None:
    message = send(ses, simulator, List_Unsubscribe=f"<{landing.address}/u>")
    assert landing.requests == []
    assert "List-Unsubscribe-Post" in message.unsubscribes[0]["problem"]


def test_without_a_web_address_nothing_is_posted(ses: Any, simulator: SimulatorClient) -> None:
    message = send(
        ses, simulator, List_Unsubscribe="<mailto:u@t.example>", List_Unsubscribe_Post="List-Unsubscribe=One-Click"
    )
    assert "no http(s) address" in message.unsubscribes[0]["problem"]


def test_untracked_recipients_unsubscribe_too(ses: Any, simulator: SimulatorClient, landing: Landing) -> None:
    headers = [
        {"Name": "List-Unsubscribe", "Value": f"<{landing.address}/u>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]
    simple = {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "x"}}, "Headers": headers}
    call = any_simple("a+unsubscribe@x.example", Content={"Simple": simple}, ConfigurationSetName="s-untracked")
    ses.send_email(**call)
    simulator.wait_until_quiet()
    assert len(landing.requests) == 1
