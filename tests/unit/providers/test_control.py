"""The control API and its client."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.local.providers.client import SimulatorClient, SimulatorError
from infra.local.providers.server.http import ProviderServer
from tests.unit.providers.conftest import TOPIC, any_bulk, any_entry, any_simple

pytestmark = pytest.mark.enable_socket


def refusal(call: Any, *arguments: Any, **named: Any) -> SimulatorError:
    with pytest.raises(SimulatorError) as refused:
        call(*arguments, **named)
    return refused.value


def test_settings_change_together_or_not_at_all(simulator: SimulatorClient) -> None:
    changed = simulator.change(rate=5, delays={"open": 7}, sent_last_24_hours=3)
    assert (changed["rate"], changed["delays"]["open"], changed["sent_last_24_hours"]) == (5, 7, 3)
    assert refusal(simulator.change, rate=9, throttle_rate=2).status == 400
    assert simulator.settings()["rate"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"rates": 1},
        {"rate": -1},
        {"rate": "1"},
        {"daily_quota": 1.5},
        {"daily_quota": -2},
        {"throttle_rate": 1.1},
        {"error_mode": "bad"},
        {"delays": {"nap": 1}},
        {"delays": {"open": -1}},
        {"strict_templates": 1},
        {"topic_arn": "topic"},
        {"verified_domains": "x.example"},
        {"sent_last_24_hours": -1},
        {"entry_failure_status": "SUCCESS"},
    ],
)
def test_impossible_settings_are_refused(simulator: SimulatorClient, change: dict[str, Any]) -> None:
    assert refusal(simulator.change, **change).status == 400


def test_reset_forgets_messages_but_keeps_identities_and_the_topic(ses: Any, simulator: SimulatorClient) -> None:
    ses.create_email_identity(EmailIdentity="a.example")
    ses.send_email(**any_simple())
    simulator.change(throttle_rate=1, topic_arn=TOPIC + "-2")
    simulator.reset()
    summary = simulator.summary()
    assert (summary.accepted, summary.calls, list(simulator.messages())) == (0, {}, [])
    settings = simulator.settings()
    assert (settings["throttle_rate"], settings["sent_last_24_hours"]) == (0, 0)
    assert settings["topic_arn"] == TOPIC + "-2"
    ses.get_email_identity(EmailIdentity="a.example")
    ses.send_email(**any_simple())


def test_reset_drops_what_was_still_to_happen(ses: Any, simulator: SimulatorClient) -> None:
    simulator.change(delays={"delivery": 150, "send": 150})
    ses.send_email(**any_simple())
    simulator.reset(keep_settings=True)
    assert simulator.summary().pending == 0
    assert simulator.wait_until_quiet().occurred == {}
    assert simulator.settings()["delays"]["delivery"] == 150


def test_messages_are_found_by_tag_address_and_text(ses: Any, simulator: SimulatorClient) -> None:
    ses.send_bulk_email(
        **any_bulk(any_entry("anna@x.example", "m1"), any_entry("bo@x.example", "m2", s0="Special offer"))
    )
    assert [message.tags["member"] for message in simulator.messages()] == ["m1", "m2"]
    assert [message.to for message in simulator.messages(tags={"campaign": "c1", "member": "m2"})] == [
        ("bo@x.example",)
    ]
    assert [message.tags["member"] for message in simulator.messages(to="ANNA@x.example")] == ["m1"]
    assert [message.tags["member"] for message in simulator.messages(text="special")] == ["m2"]
    assert list(simulator.messages(tags={"campaign": "c2"})) == []


def test_messages_come_in_pages(ses: Any, server: ProviderServer) -> None:
    ses.send_bulk_email(**any_bulk(*[any_entry(f"a{n}@x.example", f"m{n}") for n in range(5)]))
    numbers, after = [], 0
    while after is not None:
        with urllib.request.urlopen(f"{server.address}/control/messages?limit=2&after={after}") as response:
            page = json.load(response)
        assert len(page["messages"]) <= 2
        numbers += [message["number"] for message in page["messages"]]
        after = page["next_after"]
    assert numbers == [1, 2, 3, 4, 5]


def test_unknown_things_are_not_found(simulator: SimulatorClient, ses: Any) -> None:
    assert refusal(simulator.message, "nope").status == 404
    assert refusal(simulator.replay, "nope").status == 404
    message_id = ses.send_email(**any_simple())["MessageId"]
    assert refusal(simulator.act, message_id, "explode").status == 404


def test_calls_are_counted_by_operation(ses: Any, simulator: SimulatorClient) -> None:
    ses.get_account()
    ses.send_bulk_email(**any_bulk(any_entry()))
    ses.send_email(**any_simple())
    assert simulator.summary().calls == {"GetAccount": 1, "SendBulkEmail": 1, "SendEmail": 1}


@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_foreign_web_pages_can_not_drive_the_simulator(server: ProviderServer, headers: dict[str, str]) -> None:
    request = urllib.request.Request(f"{server.address}/control/reset", b"{}", headers, method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


def test_wrong_method_is_told_from_wrong_path(server: ProviderServer) -> None:
    for path, status in (("/control/reset", 405), ("/control/nothing", 404)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(server.address + path)
        assert refused.value.code == status
        refused.value.close()
