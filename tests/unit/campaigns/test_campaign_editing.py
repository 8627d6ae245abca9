"""Making and editing campaigns."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.target import TargetType
from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange
from tests.unit.campaigns.campaign_desk import HTML, UNSUBSCRIBE, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def fields_of(error: pytest.ExceptionInfo[InvalidError]) -> set[str]:
    return {problem.field for problem in error.value.problems}


def with_template(desk: Desk, **fields: Any) -> CampaignTemplate:
    made = {"name": "Frame", "header_html": "<h1>Gym</h1>", "body_template": "<p>Body</p>", "footer_html": UNSUBSCRIBE}
    return desk.templates.create("gym", "anna", made | fields).entity


def test_new_campaign_is_a_draft_with_the_tenants_choices(desk: Desk) -> None:
    details = desk.campaign_editing.create("club", "anna", {"name": "Spring", "content_subject": "Hi"}).entity
    campaign = details.campaign
    assert (campaign.status, campaign.version, campaign.created_by) == (CampaignStatus.DRAFT, 1, "anna")
    assert (campaign.track_opens, campaign.one_per_address, campaign.track_clicks) == (False, False, True)
    assert desk.campaigns.details("club", campaign.id) == details
    assert [move.action for move in desk.campaigns.history("club", campaign.id)] == ["create"]


def test_tenant_that_the_platform_does_not_know_can_create_nothing(desk: Desk) -> None:
    with pytest.raises(ForbiddenError):
        desk.campaign_editing.create("ghost", "anna", {"name": "Spring"})


def test_other_tenants_campaign_is_not_found(desk: Desk) -> None:
    campaign = desk.draft().campaign
    with pytest.raises(NotFoundError):
        desk.campaigns.get("club", campaign.id)
    with pytest.raises(NotFoundError):
        desk.campaign_editing.change("club", campaign.id, "eve", {"name": "Mine"}, 1)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"channel": Channel.SMS}, "channel"),
        ({"channel": Channel.MULTI}, "channel"),
        ({"type": CampaignType.DRIP}, "type"),
        ({"target_type": TargetType.SEGMENT}, "target_filter_json.segment_ids"),
        ({"scheduled_at": "2027-02-01T09:00:00Z"}, "scheduled_at"),
        ({"target_type": TargetType.TAGS}, "target_filter_json"),
        ({"target_type": TargetType.SELECTED}, "target_filter_json.member_ids"),
        ({"target_filter_json": {"any": ["x"]}}, "target_filter_json.any"),
        ({"exclude": {"campaigns": ["c1"]}}, "exclude.campaigns"),
        ({"sender": "not an address"}, "sender"),
        ({"reply_to": "@"}, "reply_to"),
        ({"template_id": "nowhere"}, "template_id"),
        ({"content_html": "<p>\n{% if %}"}, "content_html"),
        ({"content_subject": "{{ nickname }}"}, "content_subject"),
        ({"content_html": "<p>{{ member.nickname }}</p>"}, "content_html"),
        ({"content_html": HTML, "content_values": {"offer": "x"}}, "content_values.offer"),
        ({"content_html": "x" * 400_000}, "content_html"),
        ({"content_html": "ü" * 70_000}, "content_html"),
        ({"description": "x" * 400_000}, "description"),
    ],
)
def test_field_that_can_not_be_right_is_refused_by_name(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidError) as error:
        desk.campaign_editing.create("gym", "anna", {"name": "Spring"} | fields)
    assert wrong in fields_of(error)
    assert desk.store.page("gym", 10, None) == []


def test_syntax_error_names_its_line_and_part(desk: Desk) -> None:
    template = with_template(desk, header_html="<h1>\nGym\n</h1>")
    fields = {"name": "Spring", "template_id": template.id, "content_html": "<p>\n\n{% if %}"}
    with pytest.raises(InvalidError) as error:
        desk.campaign_editing.create("gym", "anna", fields)
    problem = error.value.problems[0]
    assert (problem.field, problem.line) == ("content_html", 3)


def test_default_template_is_taken_unless_another_or_none_is_named(desk: Desk) -> None:
    template = with_template(desk, is_default=True)
    assert desk.draft().campaign.template_id == template.id
    assert desk.draft(template_id=None).campaign.template_id is None


def test_inactive_template_can_not_be_chosen(desk: Desk) -> None:
    template = with_template(desk, is_active=False)
    with pytest.raises(InvalidError, match="not active"):
        desk.draft(template_id=template.id)


def test_repeated_creation_with_its_key_makes_one_campaign(desk: Desk) -> None:
    create = desk.campaign_editing.create
    first = create("gym", "anna", {"name": "Spring"}, Creation("key-1", "print-1"))
    again = create("gym", "anna", {"name": "Spring"}, Creation("key-1", "print-1"))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.entity == first.entity
    with pytest.raises(InvalidError) as error:
        create("gym", "anna", {"name": "Summer"}, Creation("key-1", "print-2"))
    assert fields_of(error) == {"Idempotency-Key"}
    assert len(desk.store.page("gym", 10, None)) == 1


def test_edit_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    before = desk.draft(description="old")
    desk.clock.advance(60)
    fields = {"name": "Summer", "content_subject": "Ho", "reply_to": "team@GYM.de"}
    after = desk.campaign_editing.change("gym", before.campaign.id, "ben", fields, 1)
    assert (after.campaign.name, after.campaign.description, after.campaign.version) == ("Summer", "old", 2)
    assert (after.content.subject, after.content.html, after.content.reply_to) == ("Ho", HTML, "team@gym.de")
    assert after.campaign.updated_at == before.campaign.updated_at + 60_000
    assert desk.campaigns.details("gym", before.campaign.id) == after


def test_edit_on_a_stale_version_is_refused(desk: Desk) -> None:
    campaign = desk.draft().campaign
    desk.campaign_editing.change("gym", campaign.id, "ben", {"name": "Second"}, 1)
    with pytest.raises(ConflictError, match="version 2"):
        desk.campaign_editing.change("gym", campaign.id, "eve", {"name": "Third"}, 1)


def test_edit_of_an_approved_campaign_revokes_the_approval(desk: Desk) -> None:
    campaign = desk.approved()
    changed = desk.campaign_editing.change(
        "gym", campaign.id, "anna", {"target_type": TargetType.SELECTED, "target_filter_json": {"member_ids": ["m"]}}, 3
    ).campaign
    assert changed.status is CampaignStatus.DRAFT
    assert (changed.submitted_hash, changed.approved_hash, changed.approved_by) == (None, None, None)
    move = desk.campaigns.history("gym", campaign.id)[-1]
    assert (move.action, move.before, move.after, move.by) == ("edit", "approved", "draft", "anna")


def test_edit_that_changes_nothing_keeps_the_approval(desk: Desk) -> None:
    campaign = desk.approved()
    same = desk.campaign_editing.change("gym", campaign.id, "anna", {"name": campaign.name}, campaign.version).campaign
    assert same == campaign


def test_campaign_that_is_sending_can_not_be_edited_and_says_what_can_be_done(desk: Desk) -> None:
    campaign = desk.sending()
    with pytest.raises(ConflictError) as error:
        desk.campaign_editing.change("gym", campaign.id, "anna", {"name": "Late"}, campaign.version)
    assert error.value.about == campaign


def test_campaign_that_is_being_written_can_not_be_edited_meanwhile(desk: Desk) -> None:
    campaign = desk.draft().campaign
    campaign.move(CampaignStatus.AI_GENERATING, action="generate", by="anna", at=1)
    assert desk.store.save(CampaignChange(campaign))
    with pytest.raises(ConflictError, match="can't be edited"):
        desk.campaign_editing.change("gym", campaign.id, "anna", {"name": "Mine"}, campaign.version)


def test_list_by_status_goes_on_behind_campaigns_of_other_statuses(desk: Desk) -> None:
    wanted = [desk.submitted().id if number % 3 == 0 else desk.draft().campaign.id for number in range(9)][::3]
    found, after = [], None
    for _ in range(9):
        page = desk.campaigns.page("gym", 1, after, CampaignStatus.PENDING_REVIEW)
        found += [one.id for one in page.campaigns]
        after = page.after
        if after is None:
            break
    assert found == wanted[::-1]
