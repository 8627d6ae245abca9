"""Submit, schedule and send refuse what the preflight finds wrong, all of it, unless the caller accepts it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.audience.counting import AudienceCount
from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.errors import LimitError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.preflight.job import PreflightStatus
from ariia.domain.tenants.plan import Plan
from tests.builders import TENANT, any_member
from tests.unit.campaigns.campaign_desk import UNSUBSCRIBE
from tests.unit.sending.sending_desk import SendingDesk
from tests.unit.series.series_desk import SeriesDesk

S = CampaignStatus
LOCKER = {"locker": {"type": "string", "required": True}}
NOBODY = {"target_type": TargetType.TAGS, "target_filter_json": {"any": ["yogaa"]}}


def with_locker(desk: SendingDesk) -> dict[str, object]:
    """Fields of a campaign whose template needs a value that only members have."""
    frame = f"<p>{{{{ locker }}}}</p>{UNSUBSCRIBE}"
    made = CampaignTemplate("t1", TENANT, "Frame", body_template=frame, variables_json=LOCKER)
    assert desk.templates.create(made)
    return {"template_id": "t1", "content_html": ""}


def codes(error: FindingsError) -> list[str]:
    return [one.code for one in error.findings]


def test_submit_names_everything_that_is_wrong_and_changes_nothing() -> None:
    desk = SendingDesk()
    desk.senders.domains.clear()
    draft = desk.draft(content_subject="", content_html="<p>No way out</p>", **NOBODY)
    draft = desk.edit(draft, type=CampaignType.SCHEDULED, scheduled_at="2020-01-01T09:00:00Z")
    with pytest.raises(FindingsError) as refused:
        desk.review.submit(TENANT, draft.id, "anna")
    assert sorted(codes(refused.value)) == ["empty_audience", "empty_subject", "missing_unsubscribe", "sender", "time"]
    assert refused.value.acceptable == ["empty_audience"]
    assert desk.stored(draft) == draft


def test_what_is_wrong_with_the_target_is_named_beside_the_rest() -> None:
    desk = SendingDesk()
    segment = {"target_type": TargetType.SEGMENT, "target_filter_json": {"segment_ids": ["gone"]}}
    draft = desk.draft(content_subject="")
    stored = replace(draft, target_type=TargetType.SEGMENT)
    details = desk.campaigns.details(TENANT, draft.id)
    details.target.target_filter_json = segment["target_filter_json"]  # type: ignore[assignment]
    details.campaign = stored
    found = desk.review._gate._findings(details)
    assert {one.code for one in found} == {"target", "empty_subject"}


def test_members_without_a_value_refuse_submit_unless_that_is_accepted() -> None:
    desk = SendingDesk(members=3)
    desk.world.add(any_member("rich", attributes={"locker": "12"}))
    draft = desk.draft(**with_locker(desk))
    with pytest.raises(FindingsError, match="3 members have no value for the variable 'locker'"):
        desk.review.submit(TENANT, draft.id, "anna")
    approved = desk.approve(draft, ("missing_value",))
    assert approved.despite == ["missing_value"]
    ended = desk.run(desk.send(approved))
    assert (ended.status, desk.world.provider.members) == (S.SENT, ["rich"])
    assert desk.statistics.totals(ended).failed == 3


def test_send_asks_again_what_was_accepted_by_nobody() -> None:
    desk = SendingDesk(members=3)
    desk.world.add(*[any_member(f"m{number:03d}", attributes={"locker": "1"}, version=1) for number in range(3)])
    approved = desk.approve(desk.draft(**with_locker(desk)))
    desk.world.add(any_member("poor"))
    desk.clock.advance(16 * 60)
    with pytest.raises(FindingsError, match="1 members have no value"):
        desk.send(approved)
    assert (desk.stored(approved).status, desk.runs.started, desk.broadcasts()) == (S.APPROVED, [], (0, 0))
    assert desk.send(approved, ("missing_value",)).status is S.SENDING


def test_empty_audience_refuses_submit_and_send_and_may_be_accepted() -> None:
    desk = SendingDesk()
    draft = desk.draft(**NOBODY)
    with pytest.raises(FindingsError, match="nobody would get this message"):
        desk.review.submit(TENANT, draft.id, "anna")
    approved = desk.approve(desk.draft())
    for member in list(desk.world.members.rows.values()):
        assert desk.world.members.delete(member)
    desk.clock.advance(16 * 60)
    with pytest.raises(FindingsError, match="nobody would get this message"):
        desk.send(approved)


def test_edit_forgets_what_was_accepted() -> None:
    desk = SendingDesk(members=3)
    approved = desk.approve(desk.draft(**with_locker(desk)), ("missing_value",))
    assert desk.edit(approved, name="Other").despite == []
    with pytest.raises(FindingsError):
        desk.review.submit(TENANT, approved.id, "anna")


def test_what_was_submitted_is_judged_as_it_was_frozen() -> None:
    desk = SendingDesk(members=3)
    approved = desk.approve(desk.draft(**with_locker(desk)), ("missing_value",))
    template = desk.templates.get(TENANT, "t1")
    assert template is not None
    assert desk.templates.save(replace(template, body_template="<p>No way out</p>", variables_json={}))
    desk.clock.advance(16 * 60)
    report = desk.preflights.run(TENANT, approved.id)
    assert [one.code for one in report.findings if one.severity == "error"] == ["missing_value"]
    assert desk.send(approved).status is S.SENDING


def test_preflight_of_a_draft_counts_for_what_is_submitted_of_it_unchanged() -> None:
    desk = SendingDesk(members=3)
    draft = desk.draft(**with_locker(desk))
    report = desk.preflights.run(TENANT, draft.id)
    approved = desk.approve(draft, ("missing_value",))
    latest = desk.preflights.latest(TENANT, approved.id)
    assert (latest.is_current, latest.created_at) == (True, report.created_at)
    assert not desk.preflights.latest(TENANT, desk.edit(approved, content_subject="Other").id).is_current


def test_large_audience_is_submitted_at_once_and_sent_when_it_is_counted() -> None:
    desk = SendingDesk(members=60, at_once=20)
    approved = desk.approve(desk.draft())
    assert len(desk.work.waiting) == desk.world.shards, "submitting had it counted"
    with pytest.raises(FindingsError) as refused:
        desk.send(approved)
    assert (codes(refused.value), refused.value.acceptable) == (["not_counted"], ["not_counted"])
    assert len(desk.work.waiting) == desk.world.shards, "and nobody counts it twice"
    desk.count_shards()
    assert desk.send(approved).status is S.SENDING


def test_large_audience_that_was_counted_days_ago_is_not_counted_again() -> None:
    desk = SendingDesk(members=60, at_once=20)
    approved = desk.approve(desk.draft())
    desk.count_shards()
    desk.clock.advance(5 * 86_400)
    assert desk.send(approved).status is S.SENDING
    assert len(desk.work.waiting) == desk.world.shards


def test_large_audience_whose_count_was_given_up_is_counted_anew_or_sent_uncounted() -> None:
    desk = SendingDesk(members=60, at_once=20)
    approved = desk.approve(desk.draft())
    desk.clock.advance(2 * 3_600)
    assert desk.preflights.latest(TENANT, approved.id).status is PreflightStatus.FAILED
    with pytest.raises(FindingsError):
        desk.send(approved)
    assert len(desk.work.waiting) == 2 * desk.world.shards
    assert desk.send(approved, ("not_counted",)).status is S.SENDING


@pytest.mark.parametrize(
    ("account", "code", "at_submit"),
    [
        ({"production_access": False}, "sandbox", True),
        ({"sending_enabled": False}, "sending_disabled", False),
        ({"enforcement": "SHUTDOWN"}, "account_suspended", False),
    ],
)
def test_account_that_may_not_send_refuses_send_and_the_sandbox_submit_too(
    account: dict[str, object], code: str, at_submit: bool
) -> None:
    desk = SendingDesk(members=3)
    draft = desk.draft()
    desk.account(**account)
    if at_submit:
        with pytest.raises(FindingsError, match=r"docs/operations\.md#leaving-the-ses-sandbox") as refused:
            desk.review.submit(TENANT, draft.id, "anna")
        assert (codes(refused.value), refused.value.acceptable) == ([code], [code])
    approved = desk.approve(draft, (code,) if at_submit else ())
    if not at_submit:
        with pytest.raises(FindingsError) as refused:
            desk.send(approved)
        assert codes(refused.value) == [code]
    assert desk.send(approved, (code,)).status is S.SENDING


def test_the_plan_speaks_for_itself() -> None:
    desk = SendingDesk(members=3)
    tenant = desk.world.tenants.get(TENANT)
    assert tenant is not None
    tenant.plan = Plan.STARTER
    assert desk.world.tenants.save(tenant)
    desk.send(desk.approve(desk.draft()))
    second = desk.approve(desk.draft())
    with pytest.raises(LimitError):
        desk.send(second)


def test_series_obeys_it_and_hands_what_was_accepted_to_its_campaigns() -> None:
    desk = SeriesDesk()
    desk.audience.found = AudienceCount()
    series = desk.series_draft()
    with pytest.raises(FindingsError, match="nobody would get") as refused:
        desk.series_review.submit("gym", series.id, "anna")
    assert refused.value.about == desk.read(series)
    submitted = desk.series_review.submit("gym", series.id, "anna", None, ("empty_audience",)).series
    approved = desk.series_review.approve("gym", series.id, "ben", submitted.submitted_hash or "")
    desk.live(24)
    assert desk.made(approved)[0].despite == ["empty_audience"]
