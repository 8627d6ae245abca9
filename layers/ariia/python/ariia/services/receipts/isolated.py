"""Recording so that an event that can't be recorded is its own trouble alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ariia.domain.errors import TransientError
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.ports.clock import Clock
from ariia.services.receipts.recording import EventRecorder, RecordReport


@dataclass
class IsolatedReport(RecordReport):
    """`faults` has, by position, what an event raised that stood alone; these are among the failed."""

    faults: dict[int, Exception] = field(default_factory=dict)

    def add(self, part: RecordReport, start: int) -> None:
        """Counts what became of the events from position `start` on."""
        self.recorded += part.recorded
        self.dropped += part.dropped
        self.suppressed += part.suppressed
        self.failed |= {start + place for place in part.failed}


class IsolatingRecorder:
    """Records many events at once, and in ever smaller parts when that raises, until the guilty one stands alone."""

    def __init__(self, recorder: EventRecorder, clock: Clock) -> None:
        self._recorder, self._clock = recorder, clock

    def record(self, events: Sequence[ProviderEvent | None], latest_at: int, ends_at: int) -> IsolatedReport:
        """See EventRecorder.record. No part begins after `ends_at` (epoch ms); its events come again then, as do those
        of a part that met a passing fault. The sign of life is noted only if nothing had to be taken apart."""
        report, parts = IsolatedReport(), [(0, len(events))]
        while parts:
            start, end = parts.pop()
            if self._clock.now() > ends_at:
                report.failed |= _ours(events, start, end)
            else:
                parts += self._record(events, (start, end), latest_at, report)
        return report

    def _record(
        self, events: Sequence[ProviderEvent | None], part: tuple[int, int], latest_at: int, report: IsolatedReport
    ) -> list[tuple[int, int]]:
        """Records one part, all or nothing; the halves that are to be tried in its place."""
        start, end = part
        is_whole = end - start == len(events)
        try:
            report.add(self._recorder.record(events[start:end], latest_at if is_whole else 0), start)
        except TransientError:
            report.failed |= _ours(events, start, end)
        except Exception as fault:
            if end - start > 1:
                middle = (start + end) // 2
                return [(start, middle), (middle, end)]
            report.failed.add(start)
            report.faults[start] = fault
        return []


def _ours(events: Sequence[ProviderEvent | None], start: int, end: int) -> set[int]:
    return {place for place in range(start, end) if events[place] is not None}
