"""Parts that need no server: substitution, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.providers.limits import DailyQuota, SendRate
from infra.local.providers.ses.events.records import iso
from infra.local.providers.ses.sending.addresses import address_problem
from infra.local.providers.ses.sending.substitution import compiled, rendering_problem

NAMES = st.sampled_from(["s0", "s1", "first_name"])
LITERALS = st.text(st.characters(exclude_characters="{}"))
VALUES = st.text() | st.sampled_from(["{{s0}}", "{{s1}}", "}}", "{{"])


@given(st.lists(st.tuples(LITERALS, NAMES)), LITERALS, st.fixed_dictionaries(dict.fromkeys(["s0", "s1"], VALUES)))
def test_each_variable_is_replaced_once_and_values_never(
    parts: list[tuple[str, str]], end: str, data: dict[str, str]
) -> None:
    data["first_name"] = "{{first_name}}"
    source = "".join(f"{text}{{{{{name}}}}}" for text, name in parts) + end
    assert compiled(source).render(data) == "".join(text + data[name] for text, name in parts) + end


def test_conditions_are_no_inline_template() -> None:
    names = compiled("{{#if a}}x{{/if}}").names
    assert "Unsupported expression" in (rendering_problem(names, {"a": "1"}) or "")


@pytest.mark.parametrize(
    "address", ["o'neil+tag@x.example", "Anna Ö <anna@x.example>", '"a b"@x.example', "a@b.c.example"]
)
def test_addresses_that_ses_takes(address: str) -> None:
    assert address_problem(address) is None


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_rate_gives_one_second_of_burst_and_then_its_rate() -> None:
    clock = Clock()
    rate = SendRate(10, clock)
    assert rate.take(10)
    assert not rate.take(1)
    clock.now += 0.5
    assert rate.take(5)
    assert not rate.take(1)
    clock.now += 100
    assert not rate.take(11)
    assert rate.take(10)


def test_quota_slides_over_24_hours() -> None:
    clock = Clock()
    quota = DailyQuota(10, clock)
    quota.record(6)
    clock.now += 3600 * 12
    quota.record(4)
    assert not quota.fits(1)
    clock.now += 3600 * 12 + 61
    assert (quota.sent, quota.fits(6), quota.fits(7)) == (4, True, False)
    quota.maximum = -1
    assert quota.fits(10_000_000)


def test_times_are_written_as_ses_writes_them() -> None:
    assert iso(1774491201.662) == "2026-03-26T02:13:21.662Z"
