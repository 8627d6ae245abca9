"""The verdict of `make chaos` must be able to be bad, about each thing that it looks at."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from infra.local.chaos.report import figures_of
from infra.local.chaos.verdict import Verdict, judge
from infra.local.providers.client import HappenedEvent, SentMessage

_NAMES = ("delivered", "opened", "clicked", "complained", "unsubscribed")


def taken(member: str, *kinds: str, status: str = "sent") -> SentMessage:
    events = tuple(HappenedEvent(kind, "2026-11-22T10:00:00.000Z", "a@x.example", False, 1, False) for kind in kinds)
    return SentMessage(1, "id", "2026-11-22T10:00:00.000Z", "a", (), "s", {"member": member}, None, status, events, ())


def row(member: str, status: str = "delivered") -> dict[str, Any]:
    times = {f"{name}_at": None for name in _NAMES}
    at = {"delivered_at": "2026-11-22T10:00:01.000Z"} if status == "delivered" else {}
    return {"member_id": member, "status": status} | times | at


def refusal(member: str, status: str = "INVALID_PARAMETER") -> dict[str, Any]:
    return {"tags": {"member": member}, "status": status}


def counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    statuses = Counter("sent" if one["status"] in ("sent", "delivered") else one["status"] for one in rows)
    parts = {name: statuses[name] for name in ("pending", "sent", "failed", "bounced", "excluded")}
    return (
        {"targeted": len(rows)} | parts | {name: sum(one[f"{name}_at"] is not None for one in rows) for name in _NAMES}
    )


def judged(
    rows: list[dict[str, Any]], messages: list[SentMessage], refusals: list[dict[str, Any]] | None = None, **stats: int
) -> Verdict:
    return judge({"anna", "ben"}, rows, messages, refusals or [], counted(rows) | stats)


BEN, BENS = row("ben"), taken("ben", "Send", "Delivery")


def test_all_is_well_when_everybody_got_one_message_and_the_ledger_says_so() -> None:
    verdict = judged([row("anna"), BEN], [taken("anna", "Send", "Delivery"), BENS])
    assert verdict.is_clean
    assert figures_of(verdict, is_over=True) == {"lost": 0, "doubled": 0, "unaccounted": 0}


@pytest.mark.parametrize("status", ["pending", "sent", "delivered", "bounced", "failed", "excluded"])
def test_whoever_got_nothing_without_being_refused_is_lost_whatever_the_ledger_says(status: str) -> None:
    verdict = judged([row("anna", status), BEN], [BENS])
    assert (verdict.lost, verdict.doubled, verdict.unaccounted) == (["anna"], [], [])


def test_whoever_is_missing_in_the_ledger_and_got_nothing_is_lost() -> None:
    assert judged([BEN], [BENS]).lost == ["anna"]


def test_a_refusal_that_passes_is_no_reason_to_fail() -> None:
    assert judged([row("anna", "failed"), BEN], [BENS], [refusal("anna", "TRANSIENT_FAILURE")]).lost == ["anna"]


@pytest.mark.parametrize("status", ["INVALID_PARAMETER", "FAILED", "MESSAGE_REJECTED"])
def test_whoever_was_refused_for_good_has_failed(status: str) -> None:
    assert judged([row("anna", "failed"), BEN], [BENS], [refusal("anna", status)]).is_clean
    assert judged([row("anna", "pending"), BEN], [BENS], [refusal("anna", status)]).lost == ["anna"]


def test_a_message_that_was_rejected_after_it_was_taken_has_failed() -> None:
    rejected = taken("anna", "Send", "Reject", status="rejected")
    assert judged([row("anna", "failed"), BEN], [BENS, rejected]).is_clean
    assert judged([row("anna", "sent"), BEN], [BENS, rejected]).lost == ["anna"]


def test_whoever_got_two_messages_is_doubled_and_nothing_else() -> None:
    verdict = judged([row("anna", "pending"), BEN], [BENS, taken("anna", "Send"), taken("anna", "Send")])
    assert (verdict.lost, verdict.doubled, verdict.unaccounted) == ([], ["anna"], [])


def test_a_rejected_message_and_another_one_are_not_two() -> None:
    both = [taken("anna", "Reject", status="rejected"), taken("anna", "Send", "Delivery")]
    assert judged([row("anna"), BEN], [BENS, *both]).doubled == []


@pytest.mark.parametrize("status", ["pending", "failed", "sent", "bounced", "excluded"])
def test_whoever_got_it_while_the_ledger_says_otherwise_is_unaccounted(status: str) -> None:
    verdict = judged([row("anna", status), BEN], [BENS, taken("anna", "Send", "Delivery")])
    assert (verdict.lost, verdict.doubled, verdict.unaccounted) == ([], [], ["anna"])
    assert status in verdict.reasons["anna"]


def test_whoever_got_it_and_is_not_in_the_ledger_is_unaccounted() -> None:
    assert judged([BEN], [BENS, taken("anna", "Send")]).unaccounted == ["anna"]
    stranger = judged([row("anna"), BEN], [BENS, taken("anna", "Delivery"), taken("zoe", "Send")])
    assert stranger.unaccounted == ["zoe"]


def test_counters_that_counting_does_not_give_are_unaccounted() -> None:
    verdict = judged([row("anna"), BEN], [BENS, taken("anna", "Send", "Delivery")], delivered=3, sent=1)
    assert not verdict.is_clean
    assert figures_of(verdict, is_over=True)["unaccounted"] == 2


def test_a_member_twice_in_the_ledger_is_unaccounted() -> None:
    rows = [row("anna"), row("anna"), BEN]
    assert figures_of(judged(rows, [BENS, taken("anna", "Send", "Delivery")]), is_over=True)["unaccounted"] == 1


def test_of_a_campaign_that_is_not_over_only_doubles_are_measured() -> None:
    verdict = judged([row("anna", "pending"), BEN], [BENS])
    assert figures_of(verdict, is_over=False) == {"doubled": 0, "unfinished": 1}
