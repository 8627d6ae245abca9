"""What the provider does to us: a new mood every few seconds, all of it from the seed."""

from __future__ import annotations

from random import Random
from typing import Any

Settings = dict[str, Any]

CALM: Settings = {
    "throttle_rate": 0.0,
    "entry_failure_rate": 0.0,
    "lose_response_rate": 0.0,
    "lose_response_mode": "close",
    "event_duplicate_rate": 0.0,
    "reorder_milliseconds": 0.0,
    "response_delay_milliseconds": 0.0,
}
# Statuses of single entries: the first comes again by itself, the others are final (SES v2, BulkEmailEntryResult).
_REFUSALS = ("TRANSIENT_FAILURE", "TRANSIENT_FAILURE", "INVALID_PARAMETER", "FAILED")


def moods(seed: int) -> Random:
    """The generator that `mood` takes."""
    return Random(f"provider-{seed}")


def mood(random: Random) -> Settings:
    """How the provider behaves for the next seconds. Its answer takes as long as SES's does, so that a kill often
    strikes between a message that is taken and the outcome that is written."""
    return CALM | {
        "throttle_rate": random.choice((0.0, 0.1, 0.4)),
        "entry_failure_rate": random.choice((0.0, 0.02, 0.1)),
        "entry_failure_status": random.choice(_REFUSALS),
        "lose_response_rate": random.choice((0.0, 0.1, 0.3)),
        "lose_response_mode": random.choice(("close", "error", "close", "hang")),
        "event_duplicate_rate": random.choice((0.0, 0.1, 0.2)),
        "reorder_milliseconds": random.choice((0.0, 2_000.0, 15_000.0)),
        "response_delay_milliseconds": random.choice((200.0, 600.0, 1_200.0)),
    }
