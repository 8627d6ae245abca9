"""Follow-up campaigns: what they need, and when they may be sent."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.target import FollowUpCondition
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import ConflictError, InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange
from tests.unit.campaigns.campaign_desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def earlier(desk: Desk, **fields: Any) -> str:
    known = {"id": "first", "tenant_id": "gym", "name": "First", "status": CampaignStatus.SENT}
    assert desk.store.create(CampaignChange(Campaign(**(known | {"sent_at": desk.clock.now()} | fields))))
    return str(fields.get("id", "first"))


def follow_up(after_hours: int = 48, **fields: Any) -> dict[str, Any]:
    condition = FollowUpCondition.NOT_OPENED
    known = {"follow_up_of": "first", "follow_up_condition": condition, "follow_up_after_hours": after_hours}
    return {"type": CampaignType.FOLLOW_UP} | known | fields


def problems(desk: Desk, fields: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        desk.draft(**fields)
    return [problem.field for problem in caught.value.problems]


def test_every_field_of_a_follow_up_is_needed_and_of_no_other_type(desk: Desk) -> None:
    earlier(desk)
    for name in ("follow_up_of", "follow_up_condition", "follow_up_after_hours"):
        assert problems(desk, follow_up(**{name: None})) == [name]
        assert problems(desk, {name: follow_up()[name]}) == [name]


def test_follow_up_follows_a_campaign_of_its_own_tenant(desk: Desk) -> None:
    earlier(desk, tenant_id="club")
    assert problems(desk, follow_up()) == ["follow_up_of"]


def test_what_the_earlier_campaign_does_not_measure_can_not_be_asked_for(desk: Desk) -> None:
    earlier(desk, track_opens=False)
    assert problems(desk, follow_up()) == ["follow_up_condition"]
    assert desk.draft(**follow_up(follow_up_condition=FollowUpCondition.NOT_CLICKED))


def test_campaign_that_was_not_sent_has_no_recipients_to_follow(desk: Desk) -> None:
    earlier(desk, status=CampaignStatus.APPROVED)
    draft = desk.draft(**follow_up()).campaign
    with pytest.raises(ConflictError, match="first"):
        desk.campaign_review.submit("gym", draft.id, "anna")


def test_follow_up_is_refused_until_it_is_due(desk: Desk) -> None:
    earlier(desk)
    campaign = desk.approved(**follow_up(after_hours=48))
    desk.clock.advance(48 * 3_600 - 1)
    with pytest.raises(ConflictError, match="due at"):
        desk.campaign_sending.send("gym", campaign.id, "ben")
    desk.clock.advance(1)
    assert desk.campaign_sending.send("gym", campaign.id, "ben").status is CampaignStatus.SENDING


def test_follow_up_waits_for_the_end_of_the_campaign_it_follows(desk: Desk) -> None:
    earlier(desk, status=CampaignStatus.SENDING, sent_at=None)
    campaign = desk.approved(**follow_up(after_hours=0))
    with pytest.raises(ConflictError, match="still being sent"):
        desk.campaign_sending.send("gym", campaign.id, "ben")


def test_approval_is_bound_to_whom_the_follow_up_goes(desk: Desk) -> None:
    earlier(desk)
    one, other = desk.submitted(**follow_up(48)), desk.submitted(**follow_up(24))
    assert one.submitted_hash != other.submitted_hash


def test_follow_up_is_scheduled_for_its_hours_after_the_end_of_the_campaign_it_follows(desk: Desk) -> None:
    earlier(desk)
    campaign = desk.approved(**follow_up(after_hours=48))
    scheduled = desk.campaign_scheduling.schedule("gym", campaign.id, "ben")
    due = desk.clock.now() + 48 * 3_600_000
    assert (scheduled.status, scheduled.follow_up_due_at) == (CampaignStatus.SCHEDULED, due)
    assert [at for at, _ in desk.schedules.waiting.values()] == [due]
    desk.clock.advance(48 * 3_600)
    assert desk.campaign_sending.send("gym", campaign.id, "ben").status is CampaignStatus.SENDING


def test_follow_up_without_a_time_to_come_is_not_scheduled(desk: Desk) -> None:
    earlier(desk)
    earlier(desk, id="second", status=CampaignStatus.SENDING, sent_at=None)
    for which, words in (("first", "due already"), ("second", "still being sent")):
        campaign = desk.approved(**follow_up(after_hours=0, follow_up_of=which))
        with pytest.raises(ConflictError, match=words):
            desk.campaign_scheduling.schedule("gym", campaign.id, "ben")
