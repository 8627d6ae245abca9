"""The HTTP server, on the loopback interface only."""

from __future__ import annotations

import contextlib
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from infra.local.providers.server.messages import Request, Response, json_response

HOST = "127.0.0.1"
MAX_BODY = 64 * 1024 * 1024  # above what SES takes (40 MB)
HANG_SECONDS = 120.0
IDLE_SECONDS = 120.0
Answer = Callable[[Request], Response]


class ProviderServer(ThreadingHTTPServer):
    """Serves what is mounted, a thread for each connection. Where several prefixes fit a path, the longest counts."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, mounts: Mapping[str, Answer], port: int) -> None:
        self._mounts = sorted(mounts.items(), key=lambda mount: -len(mount[0]))
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """The base address, also the endpoint for SDKs."""
        return f"http://{HOST}:{self.server_port}"

    def answer(self, request: Request) -> Response:
        """What the mount says to `request`, 404 where none is; 500 for an error of the simulator itself."""
        try:
            for prefix, answer in self._mounts:
                if request.path.startswith(prefix):
                    return answer(request)
        except Exception:  # say so, and go on serving
            traceback.print_exc()
            return json_response({"message": "error in the simulator, see its output"}, 500)
        return json_response({"error": f"nothing is at {request.path}"}, 404)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that go away are part of the game."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    timeout = IDLE_SECONDS
    server: ProviderServer

    def _serve(self) -> None:
        request = self._request()
        if request is None:
            return
        response = self.server.answer(request)
        if response.delay_seconds:
            time.sleep(response.delay_seconds)
        if response.fate == "answer":
            self._send(response)
        else:
            self._lose(response.fate)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self._refuse(411, "Content-Length is needed")
            return None
        if int(length) > MAX_BODY:
            self._refuse(413, "the body is too large")
            return None
        problem = _foreign(self.headers.get("Host", ""), self.headers.get("Origin"))
        if problem is not None:
            self._refuse(403, problem)
            return None
        return Request(self.command, self.path, dict(self.headers), self.rfile.read(int(length)))

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True
        self._send(json_response({"error": message}, status))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()

    def _lose(self, fate: str) -> None:
        """Ends the connection without a byte of answer; `hang` waits until the caller gives up first."""
        if fate == "hang":
            select.select([self.connection], [], [], HANG_SECONDS)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Calls are in the record of calls; a line each would slow sending down."""


def _foreign(host: str, origin: str | None) -> str | None:
    """Web pages of other sites may not drive the simulator: neither by a rebound name nor by a cross-site form."""
    name = urlsplit(f"//{host}").hostname or ""
    if name not in ("localhost", "127.0.0.1", "::1") and not name.endswith(".localhost"):
        return "this server answers to localhost only"
    if origin is not None and urlsplit(origin).netloc != host:
        return "requests of other origins are refused"
    return None
