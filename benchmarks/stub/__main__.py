"""Prints its port and serves until its parent goes away."""

from __future__ import annotations

import os
import sys
import threading

from .server import StubServer


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    server = StubServer()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()
