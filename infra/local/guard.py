"""Runs a command and makes sure that nothing of it outlives the process that asked for it, however that one ends:
its end closes our standard input. Started by path with `python -I`, so it imports the standard library only."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 5.0


def main(command: list[str]) -> int:
    """The command's exit status, once it has ended by itself or the asker is gone."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name, wait in (("command", child.wait), ("asker", sys.stdin.buffer.read)):
        threading.Thread(target=_report, args=(ended, name, wait), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: ended.put("told"))
    ended.get()
    return _finish(child)


def _report(ended: queue.SimpleQueue[str], name: str, wait: object) -> None:
    assert callable(wait)
    wait()
    ended.put(name)


def _finish(child: subprocess.Popen[bytes]) -> int:
    """The command's whole process group: asked first, killed after the grace."""
    _signal_group(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=GRACE_SECONDS)
    _signal_group(child.pid, signal.SIGKILL)
    return child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
