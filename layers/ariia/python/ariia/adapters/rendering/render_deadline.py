"""Two timers for the rendering of a whole batch."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ariia.domain.content.sandbox.meter import RenderLimitError, bounded
from ariia.domain.errors import TransientError


class _OutOfTime(BaseException):
    """Passes through every `except Exception` on its way out of a template."""


class _OutOfCpu(_OutOfTime):
    pass


@contextmanager
def render_deadline(cpu_seconds: float, wall_seconds: float) -> Iterator[None]:
    """Lets templates be compiled and rendered inside, for all of a batch together: RenderLimitError after `cpu_seconds`
    of the process's own CPU time, TransientError after `wall_seconds`, which a busy or frozen machine may take.

    Two timers for a whole batch: about 4 µs. Python runs signal handlers on the main thread only; Lambda calls handlers
    there. On any other thread there is no timer, and the render's meter alone bounds the work.
    """
    with bounded():
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGVTALRM, _out_of_cpu), signal.signal(signal.SIGALRM, _out_of_time)
        # Again and again: where Python must ignore what a handler raises, it is raised once more.
        signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds, cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, wall_seconds, wall_seconds)
        try:
            yield
        except _OutOfCpu:
            raise RenderLimitError("rendering this batch takes too much time") from None
        except _OutOfTime:
            raise TransientError("this batch could not be rendered in time") from None
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGVTALRM, before[0])
            signal.signal(signal.SIGALRM, before[1])


def _out_of_cpu(_number: int, _frame: object) -> None:
    raise _OutOfCpu


def _out_of_time(_number: int, _frame: object) -> None:
    raise _OutOfTime
