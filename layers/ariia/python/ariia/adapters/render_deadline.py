"""One timer for the rendering of a whole batch."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ariia.domain.content.meter import RenderLimitError


class _OutOfTime(BaseException):
    """Passes through every `except Exception` on its way out of a template."""


@contextmanager
def render_deadline(cpu_seconds: float) -> Iterator[None]:
    """Ends a batch's rendering with RenderLimitError after `cpu_seconds` of the process's own CPU time.

    One timer for a whole batch: about 2 µs. It counts CPU (ITIMER_VIRTUAL), so that a frozen or busy machine fails
    nobody, and leaves SIGALRM to others. Python runs signal handlers on the main thread only; Lambda calls handlers
    there. On any other thread there is no timer, and the render's meter alone bounds the work.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds, cpu_seconds)
    try:
        yield
    except _OutOfTime:
        raise RenderLimitError("rendering this batch takes too much time") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _out_of_time(_number: int, _frame: object) -> None:
    raise _OutOfTime
