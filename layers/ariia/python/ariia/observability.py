"""The one logger and the one metrics set. Tenant and campaign are log fields, never metric dimensions: each new
combination of dimensions is billed as a metric of its own."""

from __future__ import annotations

import traceback
from typing import Any

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics(namespace="ariia")
_FRAMES = 20


def fault(error: BaseException) -> dict[str, Any]:
    """An unexpected error as log fields: its kind, its cause's kind and where it came from, but never its text, which
    may quote a member's data."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    fields: dict[str, Any] = {"error": type(error).__name__, "frames": frames[-_FRAMES:]}
    if error.__cause__ is not None:
        fields["cause"] = type(error.__cause__).__name__
    return fields
