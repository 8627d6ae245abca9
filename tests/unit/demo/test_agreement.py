"""The demo's verdict must be able to be bad."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.demo.agreement import disagreements, expected_status, identity_breach, wrong_figures
from infra.local.providers.client import HappenedEvent, SentMessage


def message(member: str, *kinds: str, status: str = "sent", bot: bool = False, transient: bool = False) -> SentMessage:
    events = tuple(
        HappenedEvent(kind, "2026-11-22T10:00:00.000Z", f"{member}@x.example", bot, 1, False, transient)
        for kind in kinds
    )
    return SentMessage(1, "id", "2026-11-22T10:00:00.000Z", "a", (), "s", {"member": member}, None, status, events, ())


def recipient(member: str, status: str, **times: str) -> dict[str, Any]:
    return {"member_id": member, "status": status, **times}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (message("a", "Send"), "sent"),
        (message("a", "Send", "Delivery"), "delivered"),
        (message("a", "Send", "Delivery", "Complaint"), "delivered"),
        (message("a", "Send", "Delivery", "Open"), "opened"),
        (message("a", "Open", "Click", "Delivery"), "clicked"),
        (message("a", "Open", "Click", bot=True), "sent"),
        (message("a", "Send", "Bounce"), "bounced"),
        (message("a", "Send", "Delivery", "Bounce"), "bounced"),
        (message("a", "Send", "Bounce", transient=True), "bounced"),
        (message("a", "Send", "Delivery", "Bounce", transient=True), "delivered"),
        (message("a", status="rendering_failure"), "failed"),
        (message("a", "Send", status="rejected"), "failed"),
    ],
)
def test_the_providers_record_amounts_to_one_status(given: SentMessage, status: str) -> None:
    assert expected_status(given) == status


def test_agreement_finds_nothing() -> None:
    rows = [recipient("a", "delivered"), recipient("b", "excluded"), recipient("c", "failed")]
    assert disagreements(rows, [message("a", "Delivery")]) == []


@pytest.mark.parametrize(
    ("rows", "messages", "fault"),
    [
        ([recipient("a", "sent")], [], "has no message"),
        ([recipient("a", "pending")], [], "has no message"),
        ([recipient("a", "delivered")], [message("a", "Open")], "the provider says opened"),
        ([recipient("a", "sent")], [message("a"), message("a")], "2 messages"),
        ([recipient("a", "excluded")], [message("a")], "the provider says sent"),
        ([], [message("z")], "no place in the ledger"),
    ],
)
def test_each_kind_of_disagreement_is_named(rows: list[Any], messages: list[SentMessage], fault: str) -> None:
    assert any(fault in one for one in disagreements(rows, messages))


def test_figures_that_do_not_add_up_are_named() -> None:
    figures = {"targeted": 5, "pending": 1, "sent": 1, "failed": 1, "bounced": 1, "excluded": 1}
    assert identity_breach(figures) is None
    assert identity_breach(figures | {"sent": 2})
    assert identity_breach(figures | {"sent": 3, "pending": -1})


def test_figures_that_differ_from_the_ledger_are_named() -> None:
    rows = [recipient("a", "opened", delivered_at="x", opened_at="y"), recipient("b", "bounced")]
    right = dict.fromkeys(("pending", "failed", "excluded", "clicked", "complained", "unsubscribed"), 0)
    right |= {"targeted": 2, "sent": 1, "bounced": 1, "delivered": 1, "opened": 1}
    assert wrong_figures(right, rows) == []
    assert wrong_figures(right | {"opened": 0}, rows) == ["opened: 0 instead of 1"]
