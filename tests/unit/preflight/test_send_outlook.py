"""What a preflight says of plan, time, money and account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.plan import Feature, Plan
from ariia.ports.ledger.sending import SendRate
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.preflight.outlook import SendOutlook
from ariia.services.preflight.report import PreflightReport
from tests.builders import any_campaign
from tests.unit.preflight.preflight_desk import Desk

DAY_MS = 86_400_000


def report(desk: Desk, plan: Plan = Plan.STARTER, **fields: object) -> PreflightReport:
    tenant = desk.tenants.get("t1")
    assert tenant is not None
    tenant.plan = plan
    assert desk.tenants.save(tenant)
    desk.add(*[f"m{number}" for number in range(30)])
    desk.campaign(**fields)
    return desk.service.run("t1", "c1")


def codes(found: PreflightReport) -> list[str]:
    return [one.code for one in found.findings]


def test_plan_with_room_says_what_is_left_after_the_send() -> None:
    found = report(Desk(), Plan.PROFESSIONAL)
    assert found.plan is not None
    assert (found.plan.allowed, found.plan.uses, found.plan.limit, found.plan.left) == (True, 1, 10, 9)
    assert (codes(found), found.errors) == ([], 0)


def test_used_up_plan_is_an_error_that_names_the_plan_that_lifts_it() -> None:
    desk = Desk()
    desk.quotas.reserve("t1", Feature.BROADCASTS, "other", desk.clock.now())
    found = report(desk)
    assert found.plan is not None
    assert (found.plan.allowed, found.plan.left, found.plan.lifted_by) == (False, 0, Plan.PROFESSIONAL)
    assert (codes(found), found.errors) == (["plan_limit"], 1)


def test_own_reservation_and_another_month_do_not_count_against_it() -> None:
    desk = Desk()
    desk.quotas.reserve("t1", Feature.BROADCASTS, "other", desk.clock.now())
    planned = desk.clock.now() + 40 * DAY_MS
    found = report(desk, scheduled_at=planned)
    assert found.plan is not None
    assert found.plan.allowed
    desk = Desk()
    desk.quotas.reserve("t1", Feature.BROADCASTS, "c1", desk.clock.now())
    found = report(desk)
    assert found.plan is not None
    assert (found.plan.allowed, found.plan.left) == (True, 0)


def test_quota_spreads_the_send_over_days_in_data_and_words() -> None:
    desk = Desk(rate=SendRate(per_second=10, daily_quota=20, sent_last_day=8))
    found = report(desk)
    assert found.outlook is not None
    assert found.outlook.duration is not None
    assert [one.messages for one in found.outlook.duration.days] == [12, 18]
    assert found.outlook.in_words == "12 today, 18 tomorrow from 09:00"
    assert (found.outlook.by_channel, found.outlook.timezone) == ({"email": found.outlook.cost.total}, "Europe/Berlin")


def test_quiet_hours_put_off_the_send_and_are_named() -> None:
    desk = Desk()
    tenant = desk.tenants.get("t1")
    assert tenant is not None
    tenant.timezone = "UTC"
    tenant.settings = replace(tenant.settings, quiet_hours={"email": QuietHours("07:00", "10:00")})
    assert desk.tenants.save(tenant)
    found = report(desk)
    assert (codes(found), found.errors) == (["quiet_hours"], 0)
    assert "2027-01-15 10:00" in found.findings[0].message
    assert found.duration is not None
    assert found.duration.finishes_at - desk.clock.now() == 2 * 3_600_000 + 3_000


def test_send_tomorrow_has_the_whole_quota() -> None:
    desk = Desk(rate=SendRate(per_second=10, daily_quota=40, sent_last_day=40))
    found = report(desk, scheduled_at=desk.clock.now() + DAY_MS)
    assert found.outlook is not None
    assert found.outlook.in_words == "30 tomorrow from 09:00"


@pytest.mark.parametrize(
    ("fields", "code", "has_duration"),
    [
        ({"enforcement": "PROBATION"}, "account_under_review", True),
        ({"enforcement": "SHUTDOWN", "sending_enabled": False}, "account_suspended", False),
        ({"sending_enabled": False}, "sending_disabled", False),
    ],
)
def test_state_of_the_account_is_a_finding(fields: dict[str, object], code: str, has_duration: bool) -> None:
    rate = SendRate(per_second=10, daily_quota=50_000, sent_last_day=0)
    found = report(Desk(rate=replace(rate, **fields)))  # type: ignore[arg-type]
    assert codes(found) == [code]
    assert found.outlook is not None
    assert (found.outlook.duration is not None) is has_duration


REFUSING: list[dict[str, Any]] = [{"enforcement": "SHUTDOWN"}, {"sending_enabled": False}, {"production_access": False}]


@pytest.mark.parametrize("fields", REFUSING)
def test_word_that_refuses_is_asked_for_again_at_once_and_one_that_does_not_in_a_minute(fields: dict[str, Any]) -> None:
    free = SendRate(per_second=10, daily_quota=50_000, sent_last_day=0)
    desk = Desk(rate=replace(free, **fields))
    outlook = SendOutlook(BroadcastQuota(desk.quotas), desk.rates, desk.quota, desk.clock, 0.16)
    refused = outlook.account(any_campaign(), 10)
    assert len(refused) == 1
    desk.quota.answer = free
    desk.clock.advance(1)
    assert outlook.account(any_campaign(), 10) == []
    desk.quota.answer = replace(free, **fields)
    desk.clock.advance(59)
    assert outlook.account(any_campaign(), 10) == []
    desk.clock.advance(1)
    assert outlook.account(any_campaign(), 10) == refused
