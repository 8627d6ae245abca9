"""What the functions logged, for people who look for the cause of a failed test."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from infra.local.stack import LaptopStack
from infra.paths import ROOT

_SIGNS = ('"level":"ERROR"', "Traceback", "Error:", "Exception:", "Task timed out")
_KEPT = 6


def errors_logged(stack: LaptopStack) -> Iterator[str]:
    """The last lines of each function's log that tell of an error."""
    folders = sorted(one.parent.name for one in (ROOT / "functions").glob("*/handler.py"))
    for name in ["send_batch-email" if one == "send_batch" else one for one in folders]:
        try:
            lines = stack.function_log(name, 2_000)
        except ClientError:  # it was never invoked
            continue
        found = [line for line in lines if any(sign in line for sign in _SIGNS)]
        yield from (f"{name}: {line[:2_500]}" for line in found[-_KEPT:])
