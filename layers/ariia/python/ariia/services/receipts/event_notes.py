"""What a recorder does before anything else: it notes how old the events are that it was handed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ariia.domain.ledger.published import published_at
from ariia.ports.clock import Clock
from ariia.ports.ledger.sending import EventPipeline


class EventNotes:
    """A note must come before the work: what a recorder that crashes had been handed is hidden, and only the note
    tells of it."""

    def __init__(self, pipeline: EventPipeline, clock: Clock) -> None:
        self._pipeline, self._clock = pipeline, clock

    def note(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Of an SQS event's records: when the oldest was published. Raises what the store raises: without its note no
        batch may be worked on."""
        oldest = min(published_at(one["body"], int(one["attributes"]["SentTimestamp"])) for one in records)
        self.note_oldest(oldest)

    def note_oldest(self, published_at: int) -> None:
        """The same of a batch whose oldest event was published at that instant (epoch ms)."""
        self._pipeline.note_received(published_at, self._clock.now())
