"""Recounts of a campaign's counters, while it is sending, while events come in, and when all is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from ariia.domain.errors import AriiaError
from ariia.domain.ledger.counted_row import CountedRow
from ariia.domain.statistics.counts import Counts
from ariia.ports.ledger.ledger import Partition, RecountLedger
from ariia.services.statistics.counting import StreamCounter
from ariia.services.statistics.recounting import Recounting, StreamBehindError
from tests.doubles.statistics import MemoryStatistics

RECOUNT_REST_SECONDS = 10
_TIMEOUT_MS = 300_000
_PAUSE_MS = 60_000
_ROW_MS = 200


class ReadRowByRow(RecountLedger):
    """The ledger to a recount: others write between any two of its rows."""

    def __init__(self, scheduler: Any, port: Any) -> None:
        self._scheduler, self._port = scheduler, port

    def put_mark(self, partition: Partition, at: int) -> int:
        mark: int = self._port.put_mark(partition, at)
        return mark

    def counted_rows(self, partition: Partition) -> Iterator[CountedRow]:
        for row in self._port.counted_rows(partition):
            self._scheduler.pause(int(self._scheduler.random.random() * _ROW_MS))
            yield row


class Recounter:
    """Somebody who finds the counters wrong, and recounts until a pass holds; it is done once."""

    def __init__(self, engine: Any) -> None:
        self._engine, self._scheduler = engine, engine.scheduler

    def begin(self) -> None:
        """Waits for the moment, if there is one."""
        at = self._engine.scenario.recount_at
        if at is not None:
            self._scheduler.after(at, lambda: self._scheduler.spawn("somebody recounts", self._recount))

    def _recount(self) -> None:
        campaign = self._engine.stored()
        damage(self._engine.statistics, campaign.key, Random(f"damage-{self._engine.scenario.seed}"))
        while not self._holds():
            self._scheduler.pause(_PAUSE_MS)

    def _holds(self) -> bool:
        engine = self._engine
        task = self._scheduler.spawn(
            "recount_statistics",
            lambda: engine.recounting.correct(engine.stored()),
            lasts_ms=_TIMEOUT_MS,
            skew=engine.skew(),
        )
        try:
            return self._scheduler.join(task) is not None
        except (AriiaError, StreamBehindError, RuntimeError):
            return False


def damage(statistics: MemoryStatistics, key: str, random: Random) -> None:
    """One item of the campaign's counters is lost, or says too much; nothing notes that it was written."""
    items = statistics.items.setdefault(key, {})
    place = random.choice(sorted(items) or [("lane:l0", "shard-0")])
    if place in items and random.random() < 0.5:
        del items[place]
    else:
        items.setdefault(place, Counter())["delivered"] += 3


def recount_at_rest(engine: Any) -> Counts | None:
    """What a recount corrects when nothing runs any more, and the stream is read as it comes."""
    return Recounting(engine.ledger, engine.statistics, _Drained(engine), 0).correct(engine.stored())


class _Drained:
    """A clock that stands still; whoever waits finds the stream counted."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def now(self) -> int:
        return int(self._engine.scheduler.now)

    def sleep(self, seconds: float) -> None:
        for shard, records in enumerate(self._engine.ledger.records):
            StreamCounter(self._engine.statistics).count(f"shard-{shard}", records)
