"""What a tenant is told when a template fails while it renders."""

from __future__ import annotations

from jinja2 import Template
from jinja2.exceptions import SecurityError, UndefinedError

from ariia.domain.content.sandbox.meter import RenderLimitError
from ariia.domain.errors import InvalidError, Problem


def as_invalid(error: Exception, field: str) -> InvalidError:
    """`error` as an InvalidError (RenderLimitError stays one) that names `field` and the template's line.

    Anything can come out of a template (TypeError, ZeroDivisionError, RecursionError …); the message says which. It
    may quote a value of the member, so it is for the tenant, not for logs. The cause stays as `__cause__`.
    """
    line = template_line(error)
    message = _message(error)
    place = f"line {line} of {field}" if line else field
    kind = RenderLimitError if isinstance(error, (RenderLimitError, RecursionError, MemoryError)) else InvalidError
    return kind(f"{place}: {message}", problems=[Problem(field, message, line=line)])


def template_line(error: BaseException) -> int | None:
    """The line of the template's source that `error` came from; None when no template was running."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _message(error: Exception) -> str:
    if isinstance(error, (InvalidError, UndefinedError, SecurityError)):
        return str(error)
    if isinstance(error, (RecursionError, MemoryError)):
        return "the template calls itself without end or needs too much memory"
    return f"{type(error).__name__}: {error}"[:300]
