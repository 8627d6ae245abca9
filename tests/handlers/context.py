"""What Lambda hands to a handler beside the event."""

from __future__ import annotations


class LambdaContext:
    """The context of a function with 60 s to go."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:test"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def __init__(self, remaining_ms: int = 60_000) -> None:
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the timeout."""
        return self._remaining_ms
