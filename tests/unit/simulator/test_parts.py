"""Parts that need no server: substitution, limits, the state file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.simulator.addresses import address_problem
from infra.local.simulator.events import iso
from infra.local.simulator.limits import DailyQuota, SendRate
from infra.local.simulator.settings import Settings
from infra.local.simulator.simulator import Simulator
from infra.local.simulator.submission import bulk_call
from infra.local.simulator.substitution import compiled, rendering_problem
from tests.unit.simulator.conftest import QUICK, FakeTopics, any_bulk, any_entry, eventually

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


def simulator_with(state_file: Path) -> Simulator:
    return Simulator(Settings().changed({"verified_domains": ["*"], **QUICK}), FakeTopics(), state_file)


def send(simulator: Simulator, *entries: dict[str, Any]) -> None:
    simulator.sending.send("SendBulkEmail", bulk_call, any_bulk(*entries))


def test_state_file_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "simulator.jsonl"
    first = simulator_with(path)
    first.identities.create("gym.example", first.settings)
    first.identity_changed("gym.example")
    send(first, any_entry("a+bounce@x.example", "m1"), any_entry("bo@x.example", "m2", s0="Ω {{s0}}"))
    send(first, any_entry("cy@x.example", "m3"))
    eventually(lambda: first.store.occurred.total() == 6)
    first.stop()
    with path.open("a") as file:
        file.write('{"kind":"mess')
    second = simulator_with(path)
    assert second.store.messages == first.store.messages
    assert second.store.messages[1].text == "Hello Ω {{s0}}"
    assert second.store.occurred == first.store.occurred
    assert second.quota.sent == 3
    assert second.identities.get("gym.example") == first.identities.get("gym.example")
    send(second, any_entry())
    assert [message.call_number for message in second.store.messages] == [1, 1, 2, 3]
    second.stop()
    third = simulator_with(path)
    assert len(third.store.messages) == 4
    third.reset()
    third.stop()
    fourth = simulator_with(path)
    assert (fourth.store.messages, len(fourth.identities.all())) == ([], 1)
    fourth.stop()
