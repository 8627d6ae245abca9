"""Servers of the laptop stack as processes of ours: ready before they are used, gone when we are."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
STOP_SECONDS = 10.0


class LocalStackError(RuntimeError):
    """The laptop stack could not be started or deployed; the message says what was seen."""


class GuardedProcess:
    """A server under `guard.py`, in a session of its own: Ctrl-C in the terminal is ours to handle, not its."""

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, directory: Path
    ) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", str(GUARD), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=directory,
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Returns once `ready` says so. Raises LocalStackError with the end of the log if it ends or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._guard.poll() is not None:
                raise LocalStackError(f"{self.name} ended with {self._guard.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise LocalStackError(f"{self.name} was not ready after {seconds:g} s:\n{self.log_tail()}")
            time.sleep(0.02)

    def log_tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Returns when the server and all it started are gone."""
        if self._guard.stdin and not self._guard.stdin.closed:
            self._guard.stdin.close()
        try:
            self._guard.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def listens(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def clean_environment() -> dict[str, str]:
    """This process's environment without what would lead a server, or a function in it, to a real account."""
    foreign = ("AWS_", "ARIIA_", "POWERTOOLS_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
