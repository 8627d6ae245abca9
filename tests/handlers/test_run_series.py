"""Waking up one series, on what its schedule hands over."""

from __future__ import annotations

import pytest

from ariia.bootstrap.run_series import RunSeriesServices
from functions.run_series import handler as module
from functions.run_series.handler import handler
from tests.handlers.context import LambdaContext
from tests.unit.series.series_desk import SeriesDesk


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> SeriesDesk:
    desk = SeriesDesk()
    monkeypatch.setattr(module, "services", lambda: RunSeriesServices(desk.series_runs))
    return desk


def test_the_payload_of_its_schedule_makes_one_campaign(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.clock.advance(24 * 3_600)
    [payload] = desk.series_schedules.fired(desk.clock.now())
    for _ in range(2):
        assert handler(payload, LambdaContext()) == {"status": "active"}
    assert [one.name for one in desk.made(series)] == ["News 2027-01-16"]


def test_a_schedule_of_a_series_that_was_stopped_or_never_saved_makes_nothing(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.clock.advance(24 * 3_600)
    [payload] = desk.series_schedules.fired(desk.clock.now())
    desk.series_stopping.pause("gym", series.id, "ben")
    assert handler(payload, LambdaContext()) == {"status": "paused"}
    assert handler(payload | {"series_id": "nothing"}, LambdaContext()) == {"status": "never saved"}
    assert desk.made(series) == []
