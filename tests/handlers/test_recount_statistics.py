"""A recount, as the API invokes it."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.bootstrap.recount_statistics import RecountStatisticsServices
from ariia.domain.statistics.recount import Recount, RecountStatus
from functions.recount_statistics import handler as module
from tests.doubles.clock import ManualClock
from tests.handlers.context import LambdaContext

EVENT = {"tenant_id": "studio", "campaign_id": "spring", "run": "run-1"}


class _Runner:
    def __init__(self, found: Recount | None) -> None:
        self.found, self.asked = found, list[Any]()

    def run(self, *about: Any) -> Recount | None:
        self.asked.append(about)
        return self.found


def invoke(monkeypatch: pytest.MonkeyPatch, runner: _Runner, clock: ManualClock) -> dict[str, Any]:
    services = RecountStatisticsServices(runner, clock)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "services", lambda: services)
    answer: dict[str, Any] = module.handler(EVENT, LambdaContext())  # type: ignore[arg-type]
    return answer


def test_the_campaign_is_recounted_before_the_invocation_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    runner, clock = _Runner(Recount("run-1", 1, "anna", RecountStatus.DONE)), ManualClock()
    assert invoke(monkeypatch, runner, clock) == {"status": "done"}
    [(tenant_id, campaign_id, run, ends_at)] = runner.asked
    assert (tenant_id, campaign_id, run) == ("studio", "spring", "run-1")
    assert ends_at < clock.now() + LambdaContext().get_remaining_time_in_millis()


def test_a_recount_that_is_over_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke(monkeypatch, _Runner(None), ManualClock()) == {"status": None}
