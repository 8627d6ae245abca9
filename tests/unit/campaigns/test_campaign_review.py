"""Submitting, approving, rejecting."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.errors import ConflictError, NotFoundError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.tenants.tenant import Tenant
from tests.unit.campaigns.campaign_desk import HTML, UNSUBSCRIBE, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_submitted_campaign_is_frozen_whole(desk: Desk) -> None:
    template = desk.templates.create(
        "gym",
        "anna",
        {
            "name": "Frame",
            "header_html": "<h1>{{ tenant.name }}</h1>",
            "body_template": "<p>{{ offer }}</p>",
            "footer_html": UNSUBSCRIBE,
            "variables_json": {"offer": {"type": "string", "required": True}, "until": "date"},
        },
    ).entity
    fields = {
        "template_id": template.id,
        "content_html": "",
        "content_values": {"offer": "Ten for eight"},
        "target_type": TargetType.TAGS,
        "target_filter_json": {"any": ["trial"]},
    }
    campaign = desk.submitted(**fields)
    frozen = desk.campaigns.submitted("gym", campaign.id)
    assert frozen.content.html == f"<h1>{{{{ tenant.name }}}}</h1>\n<p>{{{{ offer }}}}</p>\n{UNSUBSCRIBE}"
    assert frozen.content.values == {"offer": "Ten for eight"}
    assert [one["name"] for one in frozen.content.variables] == ["offer", "until"]
    assert frozen.content.tenant["name"] == "Gym Nord"
    assert frozen.content.from_address == "Gym <news@gym.de>"
    assert frozen.target.target_filter_json == {"any": ["trial"]}
    assert desk.campaigns.details("gym", campaign.id).content.html == ""


def test_later_change_of_the_template_does_not_reach_what_was_submitted(desk: Desk) -> None:
    fields = {"name": "Frame", "body_template": f"<p>One</p>{UNSUBSCRIBE}"}
    template = desk.templates.create("gym", "anna", fields).entity
    campaign = desk.submitted(template_id=template.id, content_html="")
    desk.templates.change("gym", template.id, {"body_template": f"<p>Two</p>{UNSUBSCRIBE}"}, 1)
    assert "One" in desk.campaigns.submitted("gym", campaign.id).content.html


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"content_html": "<p>No way out</p>"}, "content_html"),
        ({"content_html": "", "content_subject": "Hi"}, "content_html"),
        ({"sender": "news@elsewhere.de"}, "sender"),
        ({"sender": "news@club.de"}, "sender"),
    ],
)
def test_campaign_that_can_not_be_sent_is_not_submitted(desk: Desk, fields: dict[str, Any], wrong: str) -> None:
    campaign = desk.draft(**fields).campaign
    with pytest.raises(FindingsError) as error:
        desk.campaign_review.submit("gym", campaign.id, "anna")
    assert wrong in {finding.field for finding in error.value.findings}
    assert desk.stored(campaign) == campaign


def test_sender_must_be_named_where_the_tenant_has_no_default(desk: Desk) -> None:
    desk.tenants.save(Tenant("gym", "Gym Nord", version=1))
    with pytest.raises(FindingsError, match="sender"):
        desk.submitted()
    desk.submitted(sender="Trainer <anna@gym.de>")


def test_deleted_template_keeps_a_draft_from_being_submitted(desk: Desk) -> None:
    template = desk.templates.create("gym", "anna", {"name": "Frame", "body_template": HTML}).entity
    campaign = desk.draft(template_id=template.id).campaign
    desk.templates.delete("gym", template.id, 1)
    with pytest.raises(FindingsError, match="template_id"):
        desk.campaign_review.submit("gym", campaign.id, "anna")


def test_variable_left_to_the_members_is_a_warning(desk: Desk) -> None:
    variables = {"locker": {"type": "number", "required": True}}
    fields = {"name": "Frame", "body_template": f"<p>{{{{ locker }}}}</p>{UNSUBSCRIBE}", "variables_json": variables}
    template = desk.templates.create("gym", "anna", fields).entity
    draft = desk.draft(template_id=template.id, content_html="").campaign
    warnings = desk.campaign_review.submit("gym", draft.id, "anna").warnings
    assert "left_to_members" in {one.code for one in warnings}


def test_only_a_draft_can_be_submitted_and_only_as_it_was_read(desk: Desk) -> None:
    campaign = desk.draft().campaign
    with pytest.raises(ConflictError, match="version"):
        desk.campaign_review.submit("gym", campaign.id, "anna", version=7)
    desk.campaign_review.submit("gym", campaign.id, "anna", version=1)
    with pytest.raises(ConflictError) as error:
        desk.campaign_review.submit("gym", campaign.id, "anna")
    assert isinstance(error.value.about, Campaign)


def test_approval_is_bound_to_what_was_reviewed(desk: Desk) -> None:
    reviewed = desk.submitted()
    edited = desk.campaign_editing.change("gym", reviewed.id, "anna", {"content_subject": "Ho"}, 2).campaign
    submitted = desk.campaign_review.submit("gym", edited.id, "anna").campaign
    assert submitted.submitted_hash != reviewed.submitted_hash
    with pytest.raises(ConflictError, match="not what was reviewed"):
        desk.campaign_review.approve("gym", reviewed.id, "ben", reviewed.submitted_hash or "")
    approved = desk.campaign_review.approve("gym", reviewed.id, "ben", submitted.submitted_hash or "")
    assert (approved.status, approved.approved_by) == (CampaignStatus.APPROVED, "ben")
    assert approved.approved_hash == submitted.submitted_hash


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Summer"},
        {"content_subject": "Ho"},
        {"content_html": HTML + "!"},
        {"exclude": {"tags": ["staff"]}},
        {"target_type": TargetType.TAGS, "target_filter_json": {"any": ["x"]}},
        {"one_per_address": False},
        {"track_opens": False},
        {"reply_to": "team@gym.de"},
        {"sender": "other@gym.de"},
    ],
)
def test_everything_that_decides_what_is_sent_is_in_the_hash(desk: Desk, fields: dict[str, Any]) -> None:
    assert desk.submitted().submitted_hash == desk.submitted().submitted_hash
    assert desk.submitted(**fields).submitted_hash != desk.submitted().submitted_hash


def test_rejection_leads_back_to_the_author_with_feedback(desk: Desk) -> None:
    campaign = desk.submitted()
    rejected = desk.campaign_review.reject("gym", campaign.id, "ben", "wrong price")
    assert (rejected.status, rejected.feedback, rejected.submitted_hash) == (CampaignStatus.DRAFT, "wrong price", None)
    move = desk.campaigns.history("gym", campaign.id)[-1]
    assert (move.action, move.by, move.reason) == ("reject", "ben", "wrong price")
    assert desk.campaign_review.submit("gym", campaign.id, "anna").campaign.feedback is None
    with pytest.raises(NotFoundError):
        desk.campaign_review.reject("club", campaign.id, "eve", "mine")


def test_what_is_not_under_review_is_neither_approved_nor_rejected(desk: Desk) -> None:
    approved, draft = desk.approved(), desk.draft().campaign
    for campaign in (approved, draft):
        with pytest.raises(ConflictError):
            desk.campaign_review.approve("gym", campaign.id, "ben", campaign.submitted_hash or "")
        with pytest.raises(ConflictError):
            desk.campaign_review.reject("gym", campaign.id, "ben", "no")


def test_without_a_submission_there_is_nothing_to_read(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.campaigns.submitted("gym", desk.draft().campaign.id)
