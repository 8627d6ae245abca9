"""Series from their draft to their end: what they make, when, and what stops them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ariia.domain.audience.segment import MemberSegment
from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, TransientError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.local_time import at_local
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.domain.series.recurrence import CalendarRule
from ariia.domain.series.series import LEAD_MS, Series, SeriesStatus
from ariia.domain.tenants.plan import Feature, Plan
from ariia.ports.series import SeriesChange
from tests.unit.series.series_desk import DAILY, SeriesDesk

S, C = SeriesStatus, CampaignStatus
# Wednesdays, of which the first one is five days away from the desk's Friday.
WEEKLY = CalendarRule("FREQ=WEEKLY;BYDAY=WE", "2027-01-16", "18:00", "Europe/Berlin")


@pytest.fixture
def desk() -> SeriesDesk:
    return SeriesDesk()


def until(desk: SeriesDesk, at: int) -> None:
    """Only time passes."""
    desk.clock.advance((at - desk.clock.now()) / 1000)


def next_of(desk: SeriesDesk, series: Series) -> Any:
    found = desk.read(series).next
    assert found is not None
    return found


def on_plan(desk: SeriesDesk, plan: Plan) -> None:
    tenant = desk.tenants.get("gym")
    assert tenant is not None
    tenant.plan = plan
    assert desk.tenants.save(tenant)


def test_an_approved_series_waits_for_its_first_occurrence_and_makes_its_campaign_the_day_before(
    desk: SeriesDesk,
) -> None:
    series = desk.series_approved(WEEKLY)
    first = next_of(desk, series)
    assert (series.status, first.local) == (S.ACTIVE, "2027-01-20T18:00:00")
    assert [at for at, _ in desk.series_schedules.waiting.values()] == [first.starts_at - LEAD_MS]
    until(desk, first.starts_at - LEAD_MS - 60_000)
    desk.wake()
    assert desk.made(series) == []
    until(desk, first.starts_at - LEAD_MS)
    desk.wake()
    [made] = desk.made(series)
    assert (made.status, made.scheduled_at, made.name) == (C.SCHEDULED, first.at, "News 2027-01-20")
    assert next_of(desk, series).local == "2027-01-27T18:00:00"
    assert len(desk.series_schedules.waiting) == 1


def test_the_made_campaign_is_like_any_scheduled_one_and_says_where_it_comes_from(desk: SeriesDesk) -> None:
    desk.segments.create(
        MemberSegment("young", "gym", "Young", filter_json={"field": "tags", "op": "contains", "value": "young"})
    )
    fields = {"target_type": TargetType.SEGMENT, "target_filter_json": {"segment_ids": ["young"]}}
    series = desk.series_approved(**fields, exclude={"tags": ["staff"]}, track_opens=False)
    desk.live(24)
    [made] = desk.made(series)
    assert (made.series_id, made.occurrence_at) == (series.id, at_local(DAILY.start, DAILY.timezone))
    assert (made.scheduled_local, made.scheduled_timezone) == ("2027-01-16T18:00:00", "Europe/Berlin")
    assert (made.track_opens, made.approved_by, made.approved_hash) == (False, "ben", made.submitted_hash)
    assert made.review.segment_ids == ["young"]
    frozen = desk.store.content("gym", made.id, made.approved_hash)
    assert frozen == desk.series_store.content("gym", series.id, series.approved_hash)
    assert "Unsubscribe" in frozen.html
    target = desk.store.target("gym", made.id, made.approved_hash)
    assert (target.segments["young"].name, target.exclude) == ("Young", {"tags": ["staff"]})
    moves = desk.campaigns.history("gym", made.id)
    assert [(one.action, one.after, one.by) for one in moves] == [
        ("create", "draft", "system"),
        ("submit", "pending_review", "anna"),
        ("approve", "approved", "ben"),
        ("schedule", "scheduled", "system"),
    ]
    assert series.id in str(moves[2].reason)
    desk.live(12)
    assert desk.begun == [made.id]
    assert desk.stored(made).status is C.SENDING


def test_the_one_that_waits_can_be_edited_or_cancelled_alone(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    [first] = desk.made(series)
    desk.campaign_stopping.cancel("gym", first.id, "ben", "a holiday")
    desk.live(24)
    second = desk.made(series)[1]
    changed = desk.campaign_editing.change("gym", second.id, "anna", {"content_subject": "Hello"}, second.version)
    assert (changed.campaign.status, changed.campaign.approved_hash) == (C.DRAFT, None)
    desk.live(48)
    made = desk.made(series)
    assert [one.status for one in made[:3]] == [C.CANCELLED, C.DRAFT, C.SENDING]
    assert desk.begun == [made[2].id]


def test_what_is_due_sooner_is_made_right_away(desk: SeriesDesk) -> None:
    series = desk.series_approved(replace(DAILY, starts_on="2027-01-15", local_time="09:02"))
    [made] = desk.made(series)
    assert (made.status, made.scheduled_at) == (C.SCHEDULED, desk.clock.now() + 120_000)
    assert series.made is not None
    assert series.made.campaign_id == made.id
    desk.live(1)
    assert desk.begun == [made.id]


def test_a_schedule_that_fires_twice_or_before_its_time_makes_nothing_more(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    for _ in range(2):
        desk.series_runs.run("gym", series.id, series.epoch)
    assert desk.made(series) == []
    desk.live(24)
    for _ in range(3):
        desk.series_runs.run("gym", series.id, series.epoch)
    assert len(desk.made(series)) == 1
    assert desk.units() == (0, 1)


def test_a_schedule_from_before_a_pause_does_not_act_for_what_was_resumed(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.series_stopping.pause("gym", series.id, "ben")
    resumed = desk.series_review.resume("gym", series.id, "ben")
    until(desk, next_of(desk, series).starts_at - LEAD_MS)
    desk.series_runs.run("gym", series.id, series.epoch)
    assert desk.made(series) == []
    desk.series_runs.run("gym", series.id, resumed.epoch)
    assert len(desk.made(series)) == 1


def test_of_two_firings_at_the_same_moment_one_makes_it(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    until(desk, next_of(desk, series).starts_at - LEAD_MS)
    make, rivals = desk.series_store.make, [1]

    def raced(*change: Any) -> bool:
        if rivals and rivals.pop():
            desk.series_runs.run("gym", series.id, series.epoch)
        return bool(make(*change))

    desk.series_store.make = raced
    desk.wake()
    assert len(desk.made(series)) == 1
    assert desk.units() == (0, 1)


@pytest.mark.parametrize("action", ["pause", "end"])
def test_a_firing_that_races_a_stop_loses_and_leaves_nothing(desk: SeriesDesk, action: str) -> None:
    series = desk.series_approved()
    until(desk, next_of(desk, series).starts_at - LEAD_MS)
    make = desk.series_store.make

    def raced(*change: Any) -> bool:
        stopped = getattr(desk.series_stopping, action)("gym", series.id, "ben")
        assert stopped.made is None
        return bool(make(*change))

    desk.series_store.make = raced
    desk.wake()
    assert desk.made(series) == []
    assert desk.units() == (0, 0)
    assert desk.schedules.waiting == {}
    desk.live(72)
    assert desk.made(series) == []


def test_a_stop_that_loses_the_race_takes_back_what_was_made(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    until(desk, next_of(desk, series).starts_at - LEAD_MS)
    save, rivals = desk.series_store.save, [1]

    def raced(change: SeriesChange) -> bool:
        if change.series.status is S.PAUSED and rivals and rivals.pop():
            desk.series_runs.run("gym", series.id, series.epoch)
        return bool(save(change))

    desk.series_store.save = raced
    stopped = desk.series_stopping.pause("gym", series.id, "ben", "holidays")
    [made] = desk.made(series)
    assert stopped.made is not None
    assert (stopped.made.id, stopped.made.status, made.status) == (made.id, C.CANCELLED, C.CANCELLED)
    assert "the series was paused: holidays" in [one.reason for one in desk.campaigns.history("gym", made.id)]
    assert desk.units() == (0, 0)


def test_the_answer_of_a_stop_tells_what_has_begun_already(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(34)
    [made] = desk.made(series)
    stopped = desk.series_stopping.pause("gym", series.id, "ben")
    assert stopped.made is not None
    assert (stopped.made.id, stopped.made.status) == (made.id, C.SENDING)
    desk.live(72)
    assert desk.begun == [made.id]


def test_pausing_takes_back_the_one_that_waits_and_resuming_in_time_makes_it_anew(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    desk.series_stopping.pause("gym", series.id, "ben")
    again = desk.series_stopping.pause("gym", series.id, "ben")
    assert (again.series.status, [one.status for one in desk.made(series)]) == (S.PAUSED, [C.CANCELLED])
    assert (desk.series_schedules.waiting, desk.schedules.waiting) == ({}, {})
    resumed = desk.series_review.resume("gym", series.id, "ben", "holidays are over")
    assert resumed.status is S.ACTIVE
    first, second = desk.made(series)
    assert (first.status, second.status, first.name, second.name) == (
        C.CANCELLED,
        C.SCHEDULED,
        *["News 2027-01-16"] * 2,
    )
    desk.live(12)
    assert desk.begun == [second.id]
    moves = [(one.action, one.by, one.reason) for one in desk.series.history("gym", series.id)]
    assert moves[-2:] == [("pause", "ben", None), ("resume", "ben", "holidays are over")]


def test_what_a_person_cancelled_alone_stays_cancelled_when_the_series_goes_on(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    desk.campaign_stopping.cancel("gym", desk.made(series)[0].id, "ben")
    desk.series_stopping.pause("gym", series.id, "ben")
    desk.series_review.resume("gym", series.id, "ben")
    desk.live(36)
    assert [one.name for one in desk.made(series) if one.status is not C.CANCELLED] == ["News 2027-01-17"]


def test_what_has_begun_is_not_made_again_when_the_series_goes_on(desk: SeriesDesk) -> None:
    series = desk.series_approved(member_local_time=True)
    desk.live(34 - 13)
    assert len(desk.begun) == 1
    desk.series_stopping.pause("gym", series.id, "ben")
    desk.series_review.resume("gym", series.id, "ben")
    desk.live(12)
    assert [one.name for one in desk.made(series)] == ["News 2027-01-16", "News 2027-01-17"]


def test_an_edit_revokes_the_approval_and_stops_it_until_it_is_approved_again(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    version = desk.read(series).version
    edited = desk.series_editing.change("gym", series.id, "anna", {"content_subject": "Hello"}, version).series
    assert (edited.status, edited.approved_hash, edited.submitted_hash, edited.next) == (S.DRAFT, None, None, None)
    assert [one.status for one in desk.made(series)] == [C.CANCELLED]
    desk.live(48)
    assert desk.begun == []
    submitted = desk.series_review.submit("gym", series.id, "anna").series
    assert submitted.submitted_hash != series.approved_hash
    with pytest.raises(ConflictError, match="read it again"):
        desk.series_review.approve("gym", series.id, "ben", series.approved_hash or "")
    desk.series_review.approve("gym", series.id, "ben", submitted.submitted_hash or "")
    desk.live(24)
    [begun] = desk.begun
    assert desk.store.content("gym", begun, desk.campaigns.get("gym", begun).approved_hash).subject == "Hello"


@pytest.mark.parametrize(
    "rule",
    [
        replace(DAILY, rrule="FREQ=DAILY;INTERVAL=2"),
        replace(DAILY, local_time="18:01"),
        replace(DAILY, timezone="Europe/Lisbon"),
        replace(DAILY, starts_on="2027-01-17"),
    ],
)
def test_an_approval_is_of_the_rule_as_well(desk: SeriesDesk, rule: CalendarRule) -> None:
    series = desk.series_approved()
    changed = desk.series_editing.change("gym", series.id, "anna", {}, series.version, rule).series
    assert changed.status is S.DRAFT
    assert desk.series_review.submit("gym", series.id, "anna").series.submitted_hash != series.approved_hash


def test_an_edit_that_changes_nothing_revokes_nothing(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    same = desk.series_editing.change("gym", series.id, "anna", {"name": "News"}, series.version, DAILY).series
    assert (same.status, same.version) == (S.ACTIVE, series.version)


def test_rejecting_gives_feedback_and_a_draft(desk: SeriesDesk) -> None:
    series = desk.series_submitted()
    rejected = desk.series_review.reject("gym", series.id, "ben", "too long")
    assert (rejected.status, rejected.feedback, rejected.submitted_hash) == (S.DRAFT, "too long", None)
    assert desk.series.history("gym", series.id)[-1].reason == "too long"
    with pytest.raises(ConflictError):
        desk.series_review.approve("gym", series.id, "ben", series.submitted_hash or "")


def test_an_ended_series_is_over(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    ended = desk.series_stopping.end("gym", series.id, "ben", "no more")
    assert (ended.series.status, ended.made and ended.made.status) == (S.ENDED, C.CANCELLED)
    assert desk.series_stopping.end("gym", series.id, "ben").series.version == ended.series.version
    for refused in (
        lambda: desk.series_review.resume("gym", series.id, "ben"),
        lambda: desk.series_editing.change("gym", series.id, "anna", {"name": "New"}, ended.series.version),
        lambda: desk.series_stopping.pause("gym", series.id, "ben"),
    ):
        with pytest.raises(ConflictError) as illegal:
            refused()
        assert illegal.value.about == ended.series
    desk.live(48)
    assert desk.begun == []


@pytest.mark.parametrize("text", ["FREQ=DAILY;COUNT=2", "FREQ=DAILY;UNTIL=20270117"])
def test_it_ends_by_itself_when_its_last_campaign_has_its_time(desk: SeriesDesk, text: str) -> None:
    series = desk.series_approved(replace(DAILY, rrule=text))
    desk.live(48)
    assert desk.read(series).status is S.ACTIVE
    desk.live(12)
    last = desk.series.history("gym", series.id)[-1]
    assert (last.action, last.after, last.by) == ("complete", S.ENDED, "system")
    assert len(desk.begun) == 2
    assert desk.series_schedules.waiting == {}


def test_occurrences_before_the_approval_are_gone_and_count(desk: SeriesDesk) -> None:
    series = desk.series_submitted(replace(DAILY, rrule="FREQ=DAILY;COUNT=3"))
    desk.live(36)
    desk.series_review.approve("gym", series.id, "ben", series.submitted_hash or "")
    desk.live(72)
    assert [one.name for one in desk.made(series)] == ["News 2027-01-17", "News 2027-01-18"]
    late = desk.series_submitted(replace(DAILY, rrule="FREQ=DAILY;COUNT=1", starts_on="2027-01-20"))
    desk.live(48)
    with pytest.raises(InvalidError, match="no occurrence that is left"):
        desk.series_review.approve("gym", late.id, "ben", late.submitted_hash or "")
    assert desk.read(late).status is S.PENDING_REVIEW


@pytest.mark.parametrize(
    ("policy", "status"),
    [(MisfirePolicy.SEND, C.SENDING), (MisfirePolicy.SKIP, C.CANCELLED), (MisfirePolicy.ASK, C.APPROVED)],
)
def test_what_wakes_up_late_is_dealt_with_by_the_misfire_policy(
    desk: SeriesDesk, policy: MisfirePolicy, status: CampaignStatus
) -> None:
    series = desk.series_approved(misfire=Misfire(policy, 3_600))
    due = next_of(desk, series).starts_at
    until(desk, due + 2 * 3_600_000)
    desk.wake()
    desk.live(1)
    made = desk.made(series)
    assert [one.status for one in made] == [status]
    assert (made[0].failure_reason is None) == (policy is MisfirePolicy.SEND)
    desk.live(24)
    assert desk.stored(desk.made(series)[1]).status is C.SENDING


def test_after_an_outage_of_days_only_the_latest_occurrence_is_had_and_the_others_are_told(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    until(desk, next_of(desk, series).starts_at + 3 * 86_400_000 + 60_000)
    desk.look()
    desk.live(1)
    assert [one.name for one in desk.made(series)] == ["News 2027-01-19"]
    assert len(desk.begun) == 1
    skips = [one for one in desk.series.history("gym", series.id) if one.action == "skip"]
    assert [(one.by, "later one is due" in str(one.reason)) for one in skips] == [("system", True)]
    assert "2027-01-16" in str(skips[0].reason)


def test_a_series_that_was_set_back_makes_nothing_again(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.live(24)
    rows = vars(desk.stored_series)
    backup = dict(rows["_texts"])
    desk.live(36)
    rows["_texts"] = backup
    desk.live(24)
    assert [one.name for one in desk.made(series)] == [f"News 2027-01-{day}" for day in (16, 17, 18)]
    assert len(desk.begun) == 3


def test_a_schedule_that_never_fires_is_missed_by_the_check(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.series_schedules.waiting.clear()
    until(desk, next_of(desk, series).starts_at - LEAD_MS + 60_000)
    assert desk.series_checks.check(desk.clock.now() + 50_000).read == 0
    desk.clock.advance(180)
    report = desk.series_checks.check(desk.clock.now() + 50_000)
    assert (report.read, report.settled, len(desk.made(series))) == (1, 1, 1)
    assert desk.series_checks.check(desk.clock.now() + 50_000).read == 0


def test_one_series_that_can_not_go_on_keeps_no_other_waiting(desk: SeriesDesk) -> None:
    poor, rich = desk.series_approved(), desk.series_approved()
    desk.series_schedules.waiting.clear()
    until(desk, next_of(desk, rich).starts_at)
    content = desk.series_store.content

    def broken(tenant_id: str, series_id: str, *part: str) -> Any:
        if series_id == poor.id:
            raise TransientError("busy")
        return content(tenant_id, series_id, *part)

    desk.series_store.content = broken
    with pytest.raises(TransientError, match="busy"):
        desk.series_checks.check(desk.clock.now() + 50_000)
    assert (len(desk.made(poor)), len(desk.made(rich))) == (0, 1)
    desk.series_store.content = content
    assert desk.series_checks.check(desk.clock.now() + 50_000).settled == 1
    assert len(desk.made(poor)) == 1


def test_a_full_plan_is_told_tried_again_at_its_time_and_the_next_one_goes_on(desk: SeriesDesk) -> None:
    on_plan(desk, Plan.STARTER)
    desk.quotas.reserve("gym", Feature.BROADCASTS, "another", desk.clock.now())
    series = desk.series_approved(replace(DAILY, starts_on="2027-01-30"))
    first = next_of(desk, series)
    until(desk, first.starts_at - LEAD_MS)
    desk.wake()
    waits = desk.read(series)
    assert waits.missed is not None
    assert "starter allows 1 broadcasts" in waits.missed.reason
    assert (waits.missed.local, waits.wake_at, desk.made(series)) == (first.local, first.starts_at, [])
    desk.live(21)
    assert next_of(desk, series).local == "2027-01-31T18:00:00"
    skipped = desk.series.history("gym", series.id)[-1]
    assert (skipped.action, skipped.by) == ("skip", "system")
    assert "2027-01-30T18:00:00: the plan starter" in str(skipped.reason)
    desk.live(24 * 2)
    assert desk.made(series)[0].name == "News 2027-02-01"
    assert desk.read(series).status is S.ACTIVE
    assert desk.schedules.waiting == {}


def test_a_plan_that_is_lifted_in_time_lets_the_occurrence_go_out(desk: SeriesDesk) -> None:
    on_plan(desk, Plan.STARTER)
    desk.quotas.reserve("gym", Feature.BROADCASTS, "another", desk.clock.now())
    series = desk.series_approved()
    desk.live(24)
    assert desk.made(series) == []
    on_plan(desk, Plan.BUSINESS)
    desk.live(10)
    [made] = desk.made(series)
    assert (made.name, desk.begun) == ("News 2027-01-16", [made.id])
    assert desk.read(series).missed is None


def test_a_sender_that_lost_its_domain_is_told_as_well(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    desk.senders.domains.clear()
    desk.live(24)
    missed = desk.read(series).missed
    assert missed is not None
    assert "verified domain" in missed.reason
    assert desk.units() == (0, 0)


def test_the_unit_is_of_the_month_of_the_occurrence(desk: SeriesDesk) -> None:
    on_plan(desk, Plan.STARTER)
    series = desk.series_approved(
        replace(DAILY, rrule="FREQ=DAILY;COUNT=2", starts_on="2027-01-31", local_time="00:30")
    )
    desk.live(24 * 17)
    assert [one.name for one in desk.made(series)] == ["News 2027-01-31", "News 2027-02-01"]
    assert len(desk.begun) == 2


def test_a_unit_reserved_by_whoever_died_is_given_back_when_the_series_never_goes_on(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    until(desk, next_of(desk, series).starts_at - LEAD_MS)
    make = desk.series_store.make

    def dies(*_: Any) -> bool:
        raise TransientError("killed")

    desk.series_store.make = dies
    desk.wake((TransientError,))
    assert desk.units() == (0, 1)
    desk.series_store.make = make
    desk.series_stopping.pause("gym", series.id, "ben")
    desk.live(24)
    assert desk.units() == (0, 0)


def test_at_each_members_own_time_it_is_made_before_that_comes_first_on_earth(desk: SeriesDesk) -> None:
    series = desk.series_approved(member_local_time=True)
    desk.live(3)
    [made] = desk.made(series)
    assert (made.occurrence_at or 0) - (made.scheduled_at or 0) == 13 * 3_600_000
    assert (made.member_local_time, made.scheduled_local) == (True, "2027-01-16T18:00:00")


def test_occurrences_are_shown_before_anybody_approves(desk: SeriesDesk) -> None:
    series = desk.series_draft(WEEKLY)
    found = desk.series.occurrences("gym", series.id, 2, None)
    assert [one.local for one in found] == ["2027-01-20T18:00:00", "2027-01-27T18:00:00"]
    assert desk.series.occurrences("gym", series.id, 1, found[-1].local)[0].local == "2027-02-03T18:00:00"


@pytest.mark.parametrize(
    ("fields", "rule", "field"),
    [
        ({}, replace(DAILY, rrule="FREQ=HOURLY"), "rule.rrule"),
        ({}, replace(DAILY, rrule="FREQ=DAILY;UNTIL=20270115"), "rule.rrule"),
        ({}, replace(DAILY, rrule="FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=31;UNTIL=20270130"), "rule.rrule"),
        ({}, replace(DAILY, timezone="Berlin"), "rule.timezone"),
        ({"sender": "nobody"}, DAILY, "sender"),
        ({"target_type": TargetType.TAGS, "target_filter_json": {"some": ["x"]}}, DAILY, "target_filter_json"),
        ({"content_html": "{% if %}"}, DAILY, "content_html"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_made(
    desk: SeriesDesk, fields: dict[str, Any], rule: CalendarRule, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        desk.series_draft(rule, **fields)
    assert refused.value.problems[0].field.startswith(field)
    assert desk.series.page("gym", 10, None).series == []


def test_what_lacks_something_is_not_submitted(desk: SeriesDesk) -> None:
    series = desk.series_draft(content_subject="")
    with pytest.raises(FindingsError, match="subject"):
        desk.series_review.submit("gym", series.id, "anna")
    assert desk.read(series).status is S.DRAFT


def test_the_same_key_makes_one_series(desk: SeriesDesk) -> None:
    key = Creation("k1", "print")
    first = desk.series_editing.create("gym", "anna", {"name": "News"}, DAILY, key)
    again = desk.series_editing.create("gym", "anna", {"name": "News"}, DAILY, key)
    assert (again.replayed, again.entity.series.id) == (True, first.entity.series.id)
    with pytest.raises(InvalidError):
        desk.series_editing.create("gym", "anna", {"name": "Other"}, DAILY, Creation("k1", "other"))


def test_another_tenants_series_is_not_there(desk: SeriesDesk) -> None:
    series = desk.series_approved()
    with pytest.raises(NotFoundError):
        desk.series_stopping.end("club", series.id, "eve")
    assert desk.series_runs.run("club", series.id, series.epoch) is None
    assert desk.read(series).status is S.ACTIVE
