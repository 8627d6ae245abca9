"""Run by path in a fresh interpreter: imports one handler with the network shut and says what that loaded, as JSON."""

from __future__ import annotations

import importlib
import json
import socket
import sys
from typing import NoReturn


def refuse(*_: object, **__: object) -> NoReturn:
    raise OSError("importing a handler must not touch the network")


def main(handler: str) -> None:
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, refuse)
    socket.getaddrinfo = refuse
    module = importlib.import_module(handler)
    print(json.dumps({"callable": callable(module.handler), "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    main(sys.argv[1])
