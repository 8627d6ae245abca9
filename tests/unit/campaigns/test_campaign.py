"""A campaign's statuses and the only moves between them, against the product's table written out by hand."""

from __future__ import annotations

from itertools import product

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.run import is_in_charge, take_charge
from ariia.domain.documents import fingerprint
from ariia.domain.errors import ConflictError
from ariia.domain.ledger.status import CampaignStatus
from tests.builders import NOW, any_campaign

S = CampaignStatus
LEGAL = {
    "draft": "ai_generating pending_review cancelled",
    "ai_generating": "pending_review draft cancelled",
    "pending_review": "approved draft ai_generating cancelled",
    "approved": "scheduled sending draft cancelled",
    "scheduled": "sending approved draft cancelled",
    "sending": "sent failed draft cancelled",
    "sent": "sending",
    "failed": "sending draft cancelled",
    "cancelled": "",
}
PAIRS = list(product(CampaignStatus, CampaignStatus))


def legal_after(status: CampaignStatus) -> list[str]:
    return sorted(LEGAL[status.value].split())


def test_the_table_knows_every_status() -> None:
    assert set(LEGAL) == {status.value for status in CampaignStatus}


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair[1] in legal_after(pair[0])])
def test_legal_move_is_made_and_remembered(before: CampaignStatus, after: CampaignStatus) -> None:
    campaign = any_campaign(status=before)
    move = campaign.move(after, action="try", by="anna", at=NOW, reason="because")
    assert (campaign.status, campaign.updated_at) == (after, NOW)
    assert (move.action, move.before, move.after, move.by, move.at, move.reason) == (
        "try", before, after, "anna", NOW, "because",
    )  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair[1] not in legal_after(pair[0])])
def test_illegal_move_changes_nothing_and_says_what_it_is_about(before: CampaignStatus, after: CampaignStatus) -> None:
    campaign = any_campaign(status=before)
    with pytest.raises(ConflictError) as caught:
        campaign.move(after, action="try", by="anna", at=NOW)
    assert caught.value.about is campaign
    assert before.value in caught.value.message
    assert after.value in caught.value.message
    assert campaign == any_campaign(status=before)


@pytest.mark.parametrize("status", CampaignStatus)
def test_only_a_sending_campaign_that_is_not_paused_may_send(status: CampaignStatus) -> None:
    assert any_campaign(status=status).is_sendable is (status is S.SENDING)
    assert not any_campaign(status=status, paused_at=NOW).is_sendable


@pytest.mark.parametrize(
    ("status", "fields", "action", "after"),
    [
        (S.APPROVED, {}, "send", S.SENDING),
        (S.SCHEDULED, {}, "send", S.SENDING),
        (S.SENDING, {"paused_at": NOW - 1, "pause_reason": "lunch"}, "resume", S.SENDING),
        (S.SENT, {}, "retry", S.SENDING),
        (S.FAILED, {"failure_reason": "no sender"}, "retry", S.SENDING),
        (S.CANCELLED, {"lanes": ["l0"]}, "settle", S.CANCELLED),
    ],
)
def test_a_run_takes_charge_by_the_move_that_the_state_asks_for(
    status: CampaignStatus, fields: dict[str, object], action: str, after: CampaignStatus
) -> None:
    campaign = any_campaign(status=status, version=7, epoch=3, **fields)
    move = take_charge(campaign, 7, by="anna", at=NOW)
    assert (move.action, move.after, campaign.status, campaign.epoch) == (action, after, after, 7)
    assert campaign.paused_at is None
    assert campaign.failure_reason is None
    assert is_in_charge(campaign, 7)
    assert not is_in_charge(campaign, 3)


@pytest.mark.parametrize("status", [S.DRAFT, S.AI_GENERATING, S.PENDING_REVIEW, S.SENDING, S.CANCELLED])
def test_no_run_takes_charge_of_what_may_not_be_sent(status: CampaignStatus) -> None:
    campaign = any_campaign(status=status, epoch=3)
    with pytest.raises(ConflictError) as caught:
        take_charge(campaign, 7, by="anna", at=NOW)
    assert caught.value.about is campaign
    assert campaign.epoch == 3


def test_retry_reopens_once_for_its_own_run_and_sending_first_does_not() -> None:
    sent, fresh = any_campaign(status=S.SENT), any_campaign()
    take_charge(sent, 9, by="anna", at=NOW)
    take_charge(fresh, 9, by="anna", at=NOW)
    assert (sent.reopen_epoch, fresh.reopen_epoch) == (9, None)


def test_fingerprint_ignores_the_order_of_names_and_sees_every_value() -> None:
    assert fingerprint({"a": 1, "b": ["ü"]}) == fingerprint({"b": ["ü"], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])


def test_campaign_key_starts_with_the_tenant() -> None:
    assert Campaign(id="c1", tenant_id="t1", name="").key == "t1#c1"
