"""The processes in which the emulator runs the functions of one laptop stack."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.local.stack import PREFIX


@dataclass(frozen=True)
class Worker:
    """One process; `function` is the deployed name without the stage's prefix, such as `send-batch-email`."""

    pid: int
    function: str


class FunctionProcesses:
    """Those whose code lies in the stack's own temporary folder: other stacks on the machine are never seen."""

    def __init__(self, directory: Path) -> None:
        # The emulator unpacks each process's code into a folder `ministack-lambda-<function>-<random>` of its TMPDIR.
        place = re.escape(str(directory / "tmp" / f"ministack-lambda-{PREFIX}-"))
        self._pattern = re.compile(rf"^\s*(\d+)\s.*{place}([a-z-]+)-[^/\s]+/_worker\.py")

    def running(self) -> list[Worker]:
        """All that run now."""
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
        return self.among(listed.stdout.splitlines())

    def among(self, lines: Iterable[str]) -> list[Worker]:
        """Those of the lines of `ps` (process id, command) that are ours."""
        matches = (self._pattern.match(line) for line in lines)
        return [Worker(int(match[1]), match[2]) for match in matches if match]


def kill(worker: Worker) -> bool:
    """Without a warning, as a host that fails; False when it had ended by itself."""
    try:
        os.kill(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
