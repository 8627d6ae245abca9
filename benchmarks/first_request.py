"""The first request of a fresh process, which the probe of cold starts imports: whatever this loads is counted."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

from functions.api.handler import handler


def ask() -> None:
    """Has the API answer the event in the first argument; AssertionError when it does not succeed."""
    context: Any = SimpleNamespace(
        function_name="benchmark",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:benchmark",
        aws_request_id="00000000-0000-4000-8000-000000000000",
    )
    answer = handler(json.loads(sys.argv[1]), context)
    assert answer["statusCode"] == 200, answer
