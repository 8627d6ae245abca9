"""Reads and renders templates in a process of its own, so that a hostile one can only hurt that process.

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
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TYPE_CHECKING, Any

from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.whole_message import FullMessage, MessageSource
from ariia.domain.errors import InvalidError, Problem, TransientError
from ariia.ports.content import ContentTrial, MessageRenderer

if TYPE_CHECKING:
    from ariia.domain.content.checks.trial import TrialContent

_MAX_FINDINGS = 100
# Lambda answers with 6 MB at most (Lambda quotas), so that a larger message could not be shown anyway.
_MAX_REPORT = 6_000_000
_TOO_EXPENSIVE = "rendering the template takes too much time or memory; simplify its loops"


@dataclass(frozen=True)
class GuardLimits:
    """What the child may use: CPU and wall-clock seconds, and bytes of memory beyond what the parent had."""

    cpu_seconds: int = 2
    wall_seconds: float = 8.0
    memory_bytes: int = 256 * 1024 * 1024


class TemplateGuard(ContentTrial, MessageRenderer):
    """ContentTrial and MessageRenderer out of harm's way."""

    def __init__(self, limits: GuardLimits = GuardLimits()) -> None:
        self._limits = limits

    def check(self, content: TrialContent, members: Sequence[Mapping[str, Any]]) -> list[Finding]:
        """A child that is stopped for its CPU time or memory, or dies, is reported as the finding
        `too_expensive`."""
        # The parent imports what the child runs: once for all children, and outside their limits.
        from ariia.domain.content.checks import trial

        def work() -> list[dict[str, Any]]:
            return [asdict(finding) for finding in trial.judge_content(content, members)[:_MAX_FINDINGS]]

        try:
            report = self._run(work)
        except _ExhaustedError:
            return [Finding("too_expensive", "error", _TOO_EXPENSIVE)]
        return [Finding(**entry) for entry in report]

    def message(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        from ariia.domain.content import rendering

        return FullMessage(**self._rendered(lambda: asdict(rendering.message(source, variables))))

    def page(self, source: MessageSource, variables: Mapping[str, Any]) -> FullMessage:
        from ariia.domain.content import rendering

        return FullMessage(**self._rendered(lambda: asdict(rendering.page(source, variables))))

    def picture(self, source: MessageSource, variables: Mapping[str, Any]) -> str:
        from ariia.domain.content import rendering

        return str(self._rendered(partial(rendering.picture, source, variables)))

    def _rendered(self, work: Callable[[], Any]) -> Any:
        from ariia.domain.content.sandbox.meter import RenderLimitError

        try:
            return self._run(work)
        except _ExhaustedError:
            raise RenderLimitError(_TOO_EXPENSIVE, problems=[Problem("html", _TOO_EXPENSIVE)]) from None

    def _run(self, work: Callable[[], Any]) -> Any:
        """What `work` gives in a child, as JSON values; InvalidError as it raises it."""
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = _start(work, self._limits, sender)
        sender.close()
        try:
            if not receiver.poll(self._limits.wall_seconds):
                _raise_if_starved(child, self._limits)
                raise _ExhaustedError
            report = receiver.recv_bytes(_MAX_REPORT)
        except (EOFError, OSError):
            raise _ExhaustedError from None  # the child crashed before it could say anything
        finally:
            receiver.close()
            child.kill()
            child.join()
            child.close()
        return _answer(json.loads(report.decode("utf-8", "surrogatepass")))


class _ExhaustedError(Exception):
    """The child was stopped, or has too much to say."""


def _answer(report: dict[str, Any]) -> Any:
    if "refused" not in report:
        return report["done"]
    from ariia.domain.content.sandbox.meter import RenderLimitError

    kind = RenderLimitError if report["is_limit"] else InvalidError
    raise kind(report["refused"], problems=[Problem(**one) for one in report["problems"]])


def _start(work: Callable[[], Any], limits: GuardLimits, pipe: Connection) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(
        target=_child, args=(work, limits, pipe), daemon=True, name="template-guard"
    )
    with warnings.catch_warnings():
        # Python 3.12+ warns of forking with threads; the module's text says why it is right here.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    return process


def _child(work: Callable[[], Any], limits: GuardLimits, pipe: Connection) -> None:
    """Limits first, then the template; the report is JSON, since a pickle could carry code back."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    memory = _address_space() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        pipe.send_bytes(json.dumps(_report(work), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    finally:
        os._exit(0)  # the parent's exit handlers and buffered output are not the child's to run


def _report(work: Callable[[], Any]) -> dict[str, Any]:
    from ariia.domain.content.sandbox.meter import RenderLimitError, bounded

    try:
        with bounded():
            return {"done": work()}
    except InvalidError as error:
        problems = [asdict(problem) for problem in error.problems]
        return {"refused": error.message, "problems": problems, "is_limit": isinstance(error, RenderLimitError)}


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
