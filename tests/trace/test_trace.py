"""The journeys end as they should, and what they pass through is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.domain.senders import parse_from

from .journeys import campaign, event, follow_up, member_import
from .recorder import Recorder, Step, by_layer
from .table import table


@pytest.mark.parametrize("journey", [campaign, member_import, follow_up, event])
def test_a_journey_passes_through_the_layers(journey: Callable[[], list[Step]]) -> None:
    steps = journey()
    layers = by_layer(set().union(*(step.files for step in steps)))
    assert all(layers[name] for name in ("functions", "services", "domain", "adapters, ports")), layers
    assert layers["other"] == 0
    assert f"| {steps[0].name} | {len(steps[0].files)} |" in table({"all": steps})


def test_a_crossing_is_a_call_from_one_file_into_another() -> None:
    record = Recorder()
    with record.step("a sender"):
        parse_from("Gym <news@gym.de>")
    (step,) = record.steps
    assert {"ariia/domain/senders.py", "ariia/domain/address.py"} <= step.files
    assert step.crossings == sum(count for name, count in step.calls.items() if name != "ariia/domain/senders.py")
