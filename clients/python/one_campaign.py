"""One campaign from import to report, with the client that openapi-python-client generates from /openapi.json.

Reads from the environment: ARIIA_API, the address without /v1; ARIIA_EDITOR, ARIIA_APPROVER, ARIIA_VIEWER and
ARIIA_EXPIRED, tokens; ARIIA_SENDER, an address on a verified domain. Prints the figures as JSON."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TypeVar

import httpx
from ariia_campaigns_client import AuthenticatedClient
from ariia_campaigns_client.api.analytics import read_campaign_statistics
from ariia_campaigns_client.api.campaigns import approve_campaign, create_campaign, send_campaign, submit_campaign
from ariia_campaigns_client.api.imports import create_import, read_import
from ariia_campaigns_client.api.preflight import run_preflight
from ariia_campaigns_client.api.recipients import read_recipient
from ariia_campaigns_client.api.segments import count_segment, create_segment
from ariia_campaigns_client.api.templates import create_template
from ariia_campaigns_client.models import (
    AllFilter,
    Approval,
    CampaignDraft,
    CampaignDraftTargetFilterJson,
    CampaignStatus,
    CampaignSummary,
    CampaignView,
    CountStatus,
    GatewayMessage,
    ImportDraft,
    ImportFormat,
    ImportJobView,
    ImportState,
    InstantField,
    InstantFlagCondition,
    NotFilter,
    PreflightView,
    Problem,
    RecipientStatus,
    RecipientStory,
    SegmentCountView,
    SegmentDraft,
    SegmentView,
    StatisticsView,
    SubmittedCampaign,
    TagCondition,
    TargetType,
    TemplateDraft,
    TemplateView,
    UploadView,
)

T = TypeVar("T")
MEMBERS = """id,email,first_name,tags,consent_email
anna,anna@python.example,Anna,trial,granted
ben,ben@python.example,Ben,trial,denied
carla,carla@python.example,Carla,,granted
"""
BODY = '<p>Hello {{ member.first_name }}, <a href="https://studio.example/offer">ten weeks for eight</a></p>'
FOOTER = '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'


def client_with(token: str) -> AuthenticatedClient:
    """A client that shows this token."""
    return AuthenticatedClient(base_url=os.environ["ARIIA_API"], token=os.environ[token])


def expect(kind: type[T], answer: object) -> T:
    """The answer, which has to be of that kind: a refused request answers with a Problem."""
    assert isinstance(answer, kind), answer
    return answer


def until(look: Callable[[], T], is_over: Callable[[T], bool]) -> T:
    """What `look` gives when it is over; AssertionError after a minute."""
    deadline = time.monotonic() + 60
    while not is_over(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.3)
    return found


def import_members(editor: AuthenticatedClient) -> None:
    """Three members: two on trial, of whom one has not agreed to e-mail."""
    draft = ImportDraft(format_=ImportFormat.CSV, file_name="members.csv")
    job = expect(ImportJobView, create_import.sync(client=editor, body=draft))
    upload = expect(UploadView, job.upload)
    httpx.request(
        upload.method, upload.url, headers=upload.headers.additional_properties, content=MEMBERS
    ).raise_for_status()
    done = until(
        lambda: expect(ImportJobView, read_import.sync(job.id, client=editor)),
        lambda one: one.state in (ImportState.DONE, ImportState.FAILED),
    )
    assert (done.state, done.created, done.rejected) == (ImportState.DONE, 3, 0), done


def count_segment_of_trials(editor: AuthenticatedClient) -> str:
    """Makes a segment of those on trial who were never sent anything; gives its id when it is counted."""
    never_sent = NotFilter(not_=InstantFlagCondition(field=InstantField.LAST_SENT_AT, op="exists", value=True))
    on_trial = AllFilter(all_=[TagCondition(field="tags", op="contains", value="trial"), never_sent])
    draft = SegmentDraft(name="Trials", filter_json=on_trial)
    segment = expect(SegmentView, create_segment.sync(client=editor, body=draft))
    assert isinstance(segment.filter_json, AllFilter)
    assert segment.filter_json.to_dict() == on_trial.to_dict()
    counted = until(
        lambda: expect(SegmentCountView, count_segment.sync(segment.id, client=editor)),
        lambda one: one.status is CountStatus.FINISHED,
    )
    assert (counted.members, counted.reachable) == (2, 1), counted
    return segment.id


def send(editor: AuthenticatedClient, approver: AuthenticatedClient, segment_id: str) -> str:
    """Drafts, checks, has it approved and sends; gives the campaign's id."""
    letter = TemplateDraft(name="Letter", body_template=BODY, footer_html=FOOTER)
    template = expect(TemplateView, create_template.sync(client=editor, body=letter))
    draft = CampaignDraft(
        name="Spring",
        sender=os.environ["ARIIA_SENDER"],
        template_id=template.id,
        content_subject="Hello {{ member.first_name }}",
        target_type=TargetType.SEGMENT,
        target_filter_json=CampaignDraftTargetFilterJson.from_dict({"segment_ids": [segment_id]}),
    )
    campaign = expect(CampaignView, create_campaign.sync(client=editor, body=draft, idempotency_key="spring"))
    again = expect(CampaignView, create_campaign.sync(client=editor, body=draft, idempotency_key="spring"))
    assert campaign.id == again.id
    preflight = expect(PreflightView, run_preflight.sync(campaign.id, client=editor))
    assert preflight.summary.may_be_sent, preflight
    submitted = expect(SubmittedCampaign, submit_campaign.sync(campaign.id, client=editor))
    assert submitted.submitted_hash
    approval = Approval(submitted_hash=submitted.submitted_hash)
    expect(CampaignSummary, approve_campaign.sync(campaign.id, client=approver, body=approval))
    expect(CampaignSummary, send_campaign.sync(campaign.id, client=approver))
    return campaign.id


def refusals(editor: AuthenticatedClient, campaign_id: str) -> None:
    """What is refused is an object like any other answer: by the API a problem, by its gateway a message."""
    wrong = expect(Problem, create_campaign.sync(client=editor, body=CampaignDraft(name=" ", sender="nobody")))
    assert wrong.status == 422
    assert wrong.problems
    assert wrong.problems[0].field == "name", wrong
    forbidden = expect(Problem, send_campaign.sync(campaign_id, client=client_with("ARIIA_VIEWER")))
    assert forbidden.status == 403, forbidden
    expired = read_campaign_statistics.sync_detailed(campaign_id, client=client_with("ARIIA_EXPIRED"))
    assert expired.status_code == 401, expired
    assert expect(GatewayMessage, expired.parsed).message == "Unauthorized"


def main() -> None:
    """Plays it."""
    editor, approver = client_with("ARIIA_EDITOR"), client_with("ARIIA_APPROVER")
    import_members(editor)
    campaign_id = send(editor, approver, count_segment_of_trials(editor))
    figures = until(
        lambda: expect(StatisticsView, read_campaign_statistics.sync(campaign_id, client=editor)),
        lambda one: one.status == CampaignStatus.SENT and one.delivered == 1,
    )
    anna = expect(RecipientStory, read_recipient.sync(campaign_id, "anna", client=editor))
    assert anna.status is RecipientStatus.DELIVERED, anna
    ben = expect(RecipientStory, read_recipient.sync(campaign_id, "ben", client=editor))
    assert (ben.status, str(ben.reason)) == (RecipientStatus.EXCLUDED, "no_consent"), ben
    refusals(editor, campaign_id)
    print(json.dumps(figures.to_dict()))


if __name__ == "__main__":
    main()
