"""The preflight: who would get it, what it costs, how long it takes, what is wrong."""

from __future__ import annotations

import pytest

from ariia.domain.audience.target import Target, TargetType
from ariia.domain.content.content import Content
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.errors import NotFoundError, TransientError
from ariia.domain.preflight.job import PreflightStatus
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import SendRate
from tests.unit.preflight.preflight_desk import EXPECTED, HTML, YOGA, Desk, crowd


def codes(desk: Desk) -> set[tuple[str, str]]:
    return {(one.code, one.severity) for one in desk.service.run("t1", "c1").findings}


def test_small_tenant_is_answered_at_once() -> None:
    desk = Desk()
    crowd(desk)
    desk.campaign(**YOGA)
    report = desk.service.run("t1", "c1")
    assert report.status is PreflightStatus.FINISHED
    assert not desk.queue.waiting
    assert report.counted is not None
    assert report.cost is not None
    assert report.duration is not None
    assert (report.counted.matched, report.counted.will_get, report.counted.excluded) == EXPECTED
    assert (report.cost.messages, report.cost.ses) == (91, 0.0146)
    assert report.duration.seconds == 10
    assert report.findings == []


def test_selected_members_are_counted_at_once_in_a_tenant_of_any_size() -> None:
    desk = Desk(at_once=10)
    crowd(desk)
    chosen = Target({"member_ids": ["m001", "m002", "quiet-1", "gone"]})
    desk.campaign(target_type=TargetType.SELECTED, target=chosen)
    counted = desk.service.run("t1", "c1").counted
    assert counted is not None
    assert (counted.matched, counted.will_get, counted.excluded) == (3, 2, {"no_consent": 1})


def test_shares_of_an_address_all_get_it_where_the_campaign_says_so() -> None:
    desk = Desk()
    crowd(desk)
    desk.campaign(**YOGA, one_per_address=False)
    counted = desk.service.run("t1", "c1").counted
    assert counted is not None
    assert (counted.will_get, counted.excluded) == (96, {"no_consent": 2})


def test_edit_makes_the_result_an_old_one() -> None:
    desk = Desk()
    desk.add("anna")
    campaign = desk.campaign()
    assert desk.service.run("t1", "c1").is_current
    desk.campaigns.save(CampaignChange(campaign, content=Content(subject="Anders", html=HTML)))
    assert not desk.service.latest("t1", "c1").is_current


def test_faults_of_content_and_sender_are_found() -> None:
    desk = Desk()
    desk.add("anna")
    desk.campaign(Content(subject="", html="<p>{{ nobody }}</p>"), sender="hi@elsewhere.de")
    assert {("sender", "error"), ("unknown_variable", "error"), ("missing_unsubscribe", "error")} <= codes(desk)


def test_required_variable_without_value_counts_its_members() -> None:
    desk = Desk()
    desk.add("anna", attributes={"club": "Nord"})
    desk.add("ben", "cleo")
    declared = {"club": {"type": "string", "required": True}}
    body = HTML + "{{ club }}"
    desk.templates.create(CampaignTemplate("tpl", "t1", "T", body_template=body, variables_json=declared))
    desk.campaign(Content(subject="Hallo"), template_id="tpl")
    found = {one.code: one.message for one in desk.service.run("t1", "c1").findings}
    assert found["missing_value"] == "2 members have no value for the variable 'club'"


def test_missing_template_is_a_finding_and_the_count_is_there() -> None:
    desk = Desk()
    desk.add("anna")
    desk.campaign(template_id="gone")
    report = desk.service.run("t1", "c1")
    assert ("content", "template_id") in {(one.code, one.field) for one in report.findings}
    assert report.counted is not None
    assert report.counted.will_get == 1


def test_nobody_to_send_to_is_an_error() -> None:
    desk = Desk()
    desk.campaign()
    assert ("empty_audience", "error") in codes(desk)


def test_quota_is_spread_over_days() -> None:
    desk = Desk(rate=SendRate(per_second=10, daily_quota=3, sent_last_day=1))
    desk.add("anna", "ben", "cleo", "dora")
    desk.campaign()
    takes = desk.service.run("t1", "c1").duration
    assert takes is not None
    assert [one.messages for one in takes.days] == [2, 2]


@pytest.mark.parametrize(
    "rate",
    [SendRate(per_second=10, daily_quota=100, sent_last_day=0, sending_enabled=False), SendRate(0, 0, 0)],
)
def test_account_that_may_not_send_is_an_error(rate: SendRate) -> None:
    desk = Desk(rate=rate)
    desk.add("anna")
    desk.campaign()
    report = desk.service.run("t1", "c1")
    assert report.duration is None
    assert report.findings[0].code == "sending_disabled"


def test_silent_provider_leaves_the_rest_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> SendRate:
        raise TransientError("busy")

    desk = Desk()
    monkeypatch.setattr(desk.quota, "current", silent)
    desk.add("anna")
    desk.campaign()
    report = desk.service.run("t1", "c1")
    assert report.counted is not None
    assert report.duration is None
    assert [(one.code, one.severity) for one in report.findings] == [("send_rate_unknown", "warning")]


def test_provider_is_asked_for_its_rate_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, asked = Desk(), []

    def current() -> SendRate:
        asked.append(1)
        return SendRate(per_second=10, daily_quota=100, sent_last_day=0)

    monkeypatch.setattr(desk.quota, "current", current)
    desk.add("anna")
    desk.campaign()
    for _ in range(3):
        desk.service.run("t1", "c1")
    assert len(asked) == 1


def test_another_tenants_campaign_is_not_found() -> None:
    desk = Desk()
    desk.campaign()
    with pytest.raises(NotFoundError):
        desk.service.run("t2", "c1")
    with pytest.raises(NotFoundError):
        desk.service.latest("t2", "c1")
    with pytest.raises(NotFoundError):
        desk.service.latest("t1", "c1")
