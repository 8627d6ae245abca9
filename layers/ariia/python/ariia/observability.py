"""The one logger and the one metrics set. Tenant and campaign are log fields, never metric dimensions: each new
combination of dimensions is billed as a metric of its own."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = Logger()
# By these names, and no others, a log says what it is about: one query then finds the whole story of a thing.
LOGGED_IDS = frozenset(
    {
        "tenant_id", "campaign_id", "batch", "member_id", "message_id", "job_id", "import_id", "series_id",
        "follow_up_id", "container_id",
    }
)  # fmt: skip
_NAMESPACE = "ariia"
metrics = Metrics(namespace=_NAMESPACE)
_FRAMES = 20


def call_for_attention(count: int) -> None:
    """Counts campaigns that paused themselves and batches that are held, over all functions: an alarm is billed by the
    metrics that it watches, and this is the one."""
    if count:
        with single_metric(
            name="NeedsAttention",
            unit=MetricUnit.Count,
            value=count,
            namespace=_NAMESPACE,
            default_dimensions={"service": "campaigns"},
        ):
            pass


class AttemptFailedError(Exception):
    """What an asynchronous invocation ends with that is to be repeated; the log of the attempt says why."""


@contextmanager
def repeated_by_lambda(what: str) -> Iterator[None]:
    """Logs what goes wrong inside, and raises AttemptFailedError in its place: Lambda repeats the invocation twice, and
    writes the text of what was raised into log and dead letter, where no member's data may be."""
    try:
        yield
    except Exception as error:
        logger.error(what, **fault(error))
        raise AttemptFailedError(what) from None


def fault(error: BaseException) -> dict[str, Any]:
    """An unexpected error as log fields: its kind, its cause's kind and where it came from, but never its text, which
    may quote a member's data."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    fields: dict[str, Any] = {"error": type(error).__name__, "frames": frames[-_FRAMES:]}
    if error.__cause__ is not None:
        fields["cause"] = type(error.__cause__).__name__
    return fields
