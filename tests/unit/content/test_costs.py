"""Whatever a template does, it pays for the time that it takes. `-s` shows the figures."""

from __future__ import annotations

import pytest

from ariia.domain.content.sandbox.environment import html_environment, plain_environment
from ariia.domain.content.sandbox.meter import spend
from tests.unit.content.expensive import GROUPS, VALUES
from tests.unit.content.measuring import Measured, measure, slowness

_WORK = 40_000


def shown(title: str, found: list[Measured], speed: float) -> None:
    print(f"\n{title}: {len(found)} templates, this machine takes {speed:.2f} times as long; the worst of them:")
    for one in sorted(found, key=lambda one: one.cpu / (one.units + 10_000), reverse=True)[:12]:
        print(f"  {one}")


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_that_a_template_can_do_takes_more_than_ten_times_what_it_pays(group: str) -> None:
    found, speed = measure(html_environment(), GROUPS[group], VALUES, _WORK), slowness()
    shown(group, found, speed)
    assert [str(one) for one in found if not one.is_within(speed)] == []
    assert len(found) == len(GROUPS[group])


def test_printing_without_escaping_pays_for_its_copies() -> None:
    found, speed = measure(plain_environment(), GROUPS["loops"], VALUES, _WORK), slowness()
    shown("loops in plain text", found, speed)
    assert [str(one) for one in found if not one.is_within(speed)] == []


def test_what_is_not_charged_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    free = html_environment().overlay()
    free.filters = {**free.filters, "longest": lambda texts: max(texts * 20)}
    templates = {"free": "{% for i in range(9999) %}{% set x = texts|longest %}{% endfor %}"}
    [found] = measure(free, templates, VALUES, _WORK)  # type: ignore[arg-type]
    assert not found.is_within(slowness())
    free.filters["longest"] = lambda texts: (spend(len(texts) * 20), max(texts * 20))
    [found] = measure(free, templates, VALUES, _WORK)  # type: ignore[arg-type]
    assert found.is_within(slowness())
