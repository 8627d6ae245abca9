"""Who will get a message, and how long it takes."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.audience.audience import AudienceFilter
from ariia.domain.audience.counting import AudienceCount, CountRules, count_members
from ariia.domain.audience.target import TargetType
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.domain.preflight.arithmetic import MAX_DAYS, duration
from ariia.domain.preflight.prices import AWS_USD_PER_RECIPIENT, email_cost
from ariia.domain.rules.frequency_cap import FrequencyCap, Overflow, RecentSend

GRANTED = {"email": Consent(ConsentStatus.GRANTED, "test", 0)}
EVERYONE = AudienceFilter.parse(TargetType.ALL_MEMBERS, {}, {"tags": ["vip"]})
DAY = 86_400_000


def member(member_id: str, **fields: Any) -> Member:
    return Member(**{"id": member_id, "tenant_id": "t1", "email": f"{member_id}@x.de", "consent": GRANTED, **fields})


def counted(members: list[Member], rules: CountRules | None = None) -> AudienceCount:
    count = AudienceCount()
    count_members(count, members, EVERYONE, rules or CountRules())
    return count


def test_every_matched_member_gets_it_or_has_a_reason() -> None:
    count = counted(
        [
            member("anna"),
            member("ben", consent={}),
            member("cleo", email=None),
            member("dora", suppression={"email": Suppression("complaint", 1)}),
            member("emil", tags=["vip"]),
        ]
    )
    assert (count.matched, count.will_get) == (4, 1)
    assert count.excluded_by_reason == {"no_consent": 1, "no_address": 1, "suppressed": 1}


@pytest.mark.parametrize(
    ("overflow", "will_get", "deferred", "excluded"),
    [(Overflow.EXCLUDE, 1, 0, {"frequency_cap": 1}), (Overflow.DEFER, 2, 1, {})],
)
def test_who_has_had_enough_is_excluded_or_waits(
    overflow: Overflow, will_get: int, deferred: int, excluded: dict[str, int]
) -> None:
    cap = FrequencyCap(per_day=1, overflow=overflow)
    had = member("anna", recent_sends=[RecentSend("earlier", DAY)])
    count = counted([had, member("ben")], CountRules(cap=cap, at=DAY + 3_600_000))
    assert (count.will_get, count.deferred, count.excluded_by_reason) == (will_get, deferred, excluded)


def family(*ids: str, **fields: Any) -> list[Member]:
    return [member(one, email="Family@x.de", shared_address=["email"], **fields) for one in ids]


def test_shared_address_counts_once() -> None:
    count = counted([*family("anna", "ben", "cleo"), member("dora")])
    assert (count.will_get, count.excluded_by_reason) == (2, {"duplicate_address": 2})


def test_shared_address_over_two_shards_counts_once() -> None:
    total = AudienceCount()
    for part in (family("anna"), family("ben"), [member("dora")]):
        total.add(counted(part))
    assert (total.matched, total.will_get, total.excluded_by_reason) == (3, 2, {"duplicate_address": 1})


def test_member_who_shares_but_may_not_be_sent_is_no_duplicate() -> None:
    count = counted([*family("anna", consent={}), *family("ben")])
    assert (count.will_get, count.excluded_by_reason) == (1, {"no_consent": 1})


def test_everyone_at_an_address_gets_it_where_the_tenant_wants_that() -> None:
    assert counted(family("anna", "ben"), CountRules(one_per_address=False)).will_get == 2


def test_members_without_a_required_value_are_counted_by_variable() -> None:
    members = [
        member("anna", attributes={"club": "Nord"}),
        member("ben", attributes={"club": ""}),
        member("cleo", consent={}),
    ]
    assert counted(members, CountRules(required=["club"])).missing == {"club": 1}


def took(messages: int, per_second: float = 10, quota: float = 9_000, remaining: float = 9_000) -> Any:
    return duration(messages, now=0, per_second=per_second, daily_quota=quota, remaining=remaining)


def test_small_audience_takes_its_rate() -> None:
    result = took(1_000)
    assert (result.seconds, result.finishes_at) == (100, 100_000)
    assert [(one.at, one.messages) for one in result.days] == [(0, 1_000)]


def test_what_exceeds_the_quota_goes_on_the_next_days() -> None:
    result = took(14_200)
    assert [(one.at, one.messages) for one in result.days] == [(0, 9_000), (DAY, 5_200)]
    assert result.seconds == 86_400 + 520


def test_used_up_quota_starts_tomorrow() -> None:
    result = took(500, remaining=0)
    assert [(one.at, one.messages) for one in result.days] == [(DAY, 500)]


def test_rate_can_be_narrower_than_the_quota() -> None:
    assert [one.messages for one in took(200_000, per_second=1, quota=1e9, remaining=1e9).days] == [
        86_400,
        86_400,
        27_200,
    ]


def test_unlimited_quota_is_bounded_by_the_rate_alone() -> None:
    assert took(20_000, quota=-1, remaining=float("inf")).seconds == 2_000


def test_account_without_any_quota_never_finishes() -> None:
    assert took(10, quota=0, remaining=0) is None
    assert took(10, per_second=0) is None


def test_nobody_takes_no_time() -> None:
    assert (took(0, quota=0, remaining=0).seconds, took(0).days) == (0, [])


def test_sandbox_lists_the_first_month_of_a_long_run() -> None:
    result = took(1_000_000, per_second=1, quota=200, remaining=200)
    assert len(result.days) == MAX_DAYS
    assert result.seconds == 4_999 * 86_400 + 200


@pytest.mark.parametrize("messages", [0, 1, 999, 14_200, 279_000, 1_000_000])
def test_days_add_up_to_the_messages(messages: int) -> None:
    assert sum(one.messages for one in took(messages, quota=9_000).days) == min(messages, MAX_DAYS * 9_000)


def test_cost_follows_the_deployments_price() -> None:
    assert email_cost(1_000_000).ses == 100.0
    assert email_cost(1_000_000, 0.16).ses == 160.0
    cost = email_cost(250)
    assert cost.total == pytest.approx(250 * (0.0001 + AWS_USD_PER_RECIPIENT), abs=1e-4)
    assert 1e-6 < AWS_USD_PER_RECIPIENT < 1e-5
