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
from collections.abc import Callable

GRACE_SECONDS = 5.0


def main(command: list[str]) -> int:
    """The command's exit status, once it has ended by itself or the asker is gone."""
    ended: queue.SimpleQueue[None] = queue.SimpleQueue()
    # Before there is a child: a guard that is ended a moment after it began must not leave one behind.
    signal.signal(signal.SIGTERM, lambda *_: ended.put(None))
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    for wait in (child.wait, _asker_is_gone):
        threading.Thread(target=_report, args=(ended, wait), daemon=True).start()
    ended.get()
    return _finish(child)


def _asker_is_gone() -> None:
    """By the bare descriptor: a thread inside `sys.stdin` would crash the interpreter's end."""
    while os.read(0, 1024):
        pass


def _report(ended: queue.SimpleQueue[None], wait: Callable[[], object]) -> None:
    wait()
    ended.put(None)


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
