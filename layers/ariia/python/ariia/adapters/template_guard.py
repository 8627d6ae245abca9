"""Tries a template in a process of its own, so that a hostile one can only hurt that process.

The child is forked, not spawned. `spawn` starts a tracker process that outlives the check and imports `__main__`
again, which under a Lambda runtime is the runtime's own loop; it also takes 0.3 s instead of some milliseconds. What
makes fork risky is other threads holding locks: Lambda runs a handler on the main thread of a process of its own, and
a child that hangs on a lock uses no CPU, which is told apart from a slow template (TransientError: do it again).
No shared memory and no semaphores are used: Lambda has no /dev/shm.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TYPE_CHECKING, Any

from ariia.domain.content.findings import Finding
from ariia.domain.errors import TransientError

if TYPE_CHECKING:
    from ariia.domain.content.trial import TrialContent

_MAX_FINDINGS = 100
_MAX_REPORT = 1_000_000


@dataclass(frozen=True)
class GuardLimits:
    """What the child may use: CPU and wall-clock seconds, and bytes of memory beyond what the parent had."""

    cpu_seconds: int = 2
    wall_seconds: float = 8.0
    memory_bytes: int = 256 * 1024 * 1024


class TemplateGuard:
    """Renders templates for sample and extreme members out of harm's way."""

    def __init__(self, limits: GuardLimits = GuardLimits()) -> None:
        self._limits = limits

    def check(self, content: TrialContent, members: Sequence[Mapping[str, Any]]) -> list[Finding]:
        """What rendering `content` for `members` (member views of real people) and extreme ones shows; empty when well.

        A child that is stopped for its CPU time or memory, or dies, is reported as the finding `too_expensive`.
        TransientError when the check didn't get enough CPU to tell.
        """
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = _start(content, members, self._limits, sender)
        sender.close()
        try:
            if not receiver.poll(self._limits.wall_seconds):
                _raise_if_starved(child, self._limits)
                return _TOO_EXPENSIVE
            report = receiver.recv_bytes(_MAX_REPORT)
        except (EOFError, OSError):
            return _TOO_EXPENSIVE  # the child died before it could say anything
        finally:
            receiver.close()
            child.kill()
            child.join()
            child.close()
        return [Finding(**entry) for entry in json.loads(report)]


_TOO_EXPENSIVE = [
    Finding("too_expensive", "error", "rendering the template takes too much time or memory; simplify its loops")
]


def _start(content: TrialContent, members: Sequence[Mapping[str, Any]], limits: GuardLimits, pipe: Connection) -> Any:
    # The parent imports what the child runs: once for all children, and outside their limits.
    from ariia.domain.content import trial

    process: ForkProcess = multiprocessing.get_context("fork").Process(
        target=_run, args=(trial.try_content, content, members, limits, pipe), daemon=True, name="template-guard"
    )
    with warnings.catch_warnings():
        # Python 3.12+ warns of forking with threads; the module's text says why it is right here.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    return process


def _run(
    try_content: Callable[[TrialContent, Sequence[Mapping[str, Any]]], list[Finding]],
    content: TrialContent,
    members: Sequence[Mapping[str, Any]],
    limits: GuardLimits,
    pipe: Connection,
) -> None:
    """The child: limits first, then the template; the report is JSON, since a pickle could carry code back."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    memory = _address_space() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        findings = try_content(content, members)
        pipe.send_bytes(json.dumps([asdict(finding) for finding in findings[:_MAX_FINDINGS]]).encode())
    finally:
        os._exit(0)  # the parent's exit handlers and buffered output are not the child's to run


def _raise_if_starved(child: ForkProcess, limits: GuardLimits) -> None:
    if child.is_alive() and _cpu_seconds(child.pid or 0) < limits.cpu_seconds / 2:
        raise TransientError("the template could not be checked in time; try again")


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
