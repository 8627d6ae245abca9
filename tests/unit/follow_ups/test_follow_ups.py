"""A follow-up goes out once at its time, or says why it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ariia.domain.creation import Creation
from ariia.domain.errors import ConflictError, InvalidError, LimitError, NotFoundError, SenderStoppedError
from ariia.domain.follow_ups import FollowUpStatus
from ariia.domain.ledger.receipt import EventKind, RecipientStatus
from ariia.domain.members.member import Consent, ConsentStatus
from ariia.domain.rules.misfire import Misfire, MisfirePolicy
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.tenant import Plan, TenantSettings
from ariia.ports.ledger.sending import EntryOutcome, Refused, SendCall
from tests.builders import TENANT, any_member
from tests.doubles.sending import RecordingSender
from tests.unit.follow_ups.follow_up_desk import HOUR_MS, FollowUpDesk

PENDING, SENT, CANCELLED, FAILED = FollowUpStatus


@pytest.fixture
def desk() -> FollowUpDesk:
    return FollowUpDesk()


def member_without(desk: FollowUpDesk, **fields: Any) -> None:
    member = desk.world.members.get(TENANT, "anna")
    assert member is not None
    assert desk.world.members.save([replace(member, **fields)]) == []


def test_it_goes_out_at_its_time_and_not_before(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.live(59)
    assert desk.world.provider.calls == []
    desk.live(5)
    call = desk.world.provider.calls[0]
    assert (call.recipients[0].address, call.skeleton.html) == ("anna@example.com", "")
    assert "10 km" in call.recipients[0].data
    ended = desk.stored(made)
    assert (ended.status, ended.error) == (SENT, None)
    assert ended.sent_at is not None
    assert ended.sent_at >= made.follow_up_at
    assert desk.used() == (1, 0)
    assert desk.schedules.waiting == {}


def test_a_schedule_that_fires_twice_sends_once(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    for _ in range(3):
        desk.runs.run(TENANT, made.id)
    desk.send()
    desk.runs.run(TENANT, made.id)
    desk.live(10)
    assert desk.world.provider.members == ["anna"]
    assert desk.stored(made).status is SENT


def test_a_thousand_of_the_same_minute_all_go_out_exactly_once(desk: FollowUpDesk) -> None:
    names = [f"m{number:04d}" for number in range(1_000)]
    desk.world.add(*[any_member(name) for name in names])
    made = [desk.create(member_id=name) for name in names]
    desk.clock.advance(HOUR_MS / 1000)
    payloads = desk.schedules.fired(desk.clock.now())
    assert len(payloads) == 1_000
    for payload in payloads + payloads[::7]:
        desk.runs.run(payload["tenant_id"], payload["follow_up_id"])
    desk.send()
    desk.live(6)
    assert sorted(desk.world.provider.members) == names
    assert {desk.stored(one).status for one in made} == {SENT}
    assert desk.used() == (1_000, 0)


def test_a_cancel_before_its_time_ends_it(desk: FollowUpDesk) -> None:
    made = desk.create()
    ended = desk.follow_ups.cancel(TENANT, made.id, "anna", "not needed")
    assert (ended.status, ended.status_reason, ended.ended_by) == (CANCELLED, "not needed", "anna")
    assert desk.follow_ups.cancel(TENANT, made.id, "ben").ended_by == "anna"
    desk.live(70)
    assert desk.world.provider.calls == []
    assert desk.used() == (0, 0)


def test_a_cancel_after_firing_and_before_the_claim_still_wins(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    desk.fire()
    assert desk.follow_ups.cancel(TENANT, made.id, "anna").status is CANCELLED
    desk.live(10)
    assert desk.world.provider.calls == []
    assert desk.used() == (0, 0)


def test_a_cancel_while_it_is_being_sent_is_told_so(desk: FollowUpDesk) -> None:
    made = desk.create()
    said: list[str] = []

    def answer(call: SendCall) -> list[EntryOutcome]:
        with pytest.raises(ConflictError) as refused:
            desk.follow_ups.cancel(TENANT, made.id, "anna")
        said.append(refused.value.message)
        return RecordingSender().answer(call)

    desk.world.provider.answer = answer
    desk.live(61)
    assert said == ["this follow-up is already sending"]
    with pytest.raises(ConflictError, match="already sent"):
        desk.follow_ups.cancel(TENANT, made.id, "anna")
    assert desk.stored(made).status is SENT


@pytest.mark.parametrize(
    ("fields", "reason"), [({"consent": {}}, "no_consent"), ({"email": None}, "no_address"), (None, "erased")]
)
def test_who_may_not_be_sent_ends_it_with_the_reason(
    desk: FollowUpDesk, fields: dict[str, Any] | None, reason: str
) -> None:
    made = desk.create()
    member = desk.world.members.get(TENANT, "anna")
    assert member is not None
    if fields is None:
        assert desk.world.members.delete(member)
    else:
        member_without(desk, **fields)
    desk.live(65)
    ended = desk.stored(made)
    assert (ended.status, ended.status_reason) == (CANCELLED, reason)
    assert desk.world.provider.calls == []
    assert desk.used() == (0, 0)


def test_consent_withdrawn_between_firing_and_sending_holds(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.clock.advance(HOUR_MS / 1000)
    desk.fire()
    member_without(desk, consent={"email": Consent(ConsentStatus.DENIED, "one_click", desk.clock.now())})
    desk.live(10)
    assert (desk.stored(made).status, desk.stored(made).status_reason) == (CANCELLED, "no_consent")


def test_quiet_hours_defer_it_to_their_end_by_the_members_clock() -> None:
    hours = {"email": QuietHours("20:00", "08:00")}
    desk = FollowUpDesk(settings=TenantSettings(quiet_hours=hours))
    member_without(desk, timezone="America/New_York")
    due = round(datetime(2027, 1, 16, 2, 0, tzinfo=UTC).timestamp() * 1000)
    made = desk.create(follow_up_at=due)
    desk.clock.advance((due - desk.clock.now()) / 1000)
    desk.fire()
    desk.live(11 * 60 - 5, step_seconds=300)
    assert desk.world.provider.calls == []
    desk.live(15)
    ended = desk.stored(made)
    assert ended.status is SENT
    assert ended.sent_at is not None
    assert datetime.fromtimestamp(ended.sent_at / 1000, UTC).hour == 13


@pytest.mark.parametrize("policy", list(MisfirePolicy))
def test_late_firing_obeys_the_misfire_policy(policy: MisfirePolicy) -> None:
    desk = FollowUpDesk(settings=TenantSettings(misfire=Misfire(MisfirePolicy.SEND, 600)))
    made = desk.create(misfire_policy=policy)
    desk.clock.advance(HOUR_MS / 1000 + 1_800)
    desk.fire()
    desk.live(10)
    late = desk.stored(made)
    if policy is MisfirePolicy.SEND:
        assert late.status is SENT
    elif policy is MisfirePolicy.SKIP:
        assert (late.status, late.status_reason, late.error) == (
            CANCELLED,
            "expired",
            "it was due 30 minutes ago and had not left",
        )
    else:
        assert (late.status, late.needs_decision) == (PENDING, "it was due 30 minutes ago and had not left")
        assert desk.world.provider.calls == []


@pytest.mark.parametrize("send", [True, False])
def test_a_person_decides_about_a_late_one(send: bool) -> None:
    desk = FollowUpDesk(settings=TenantSettings(misfire=Misfire(MisfirePolicy.ASK, 600)))
    made = desk.create()
    with pytest.raises(ConflictError, match="no decision"):
        desk.follow_ups.decide(TENANT, made.id, "ben", send=send)
    desk.clock.advance(HOUR_MS / 1000 + 1_800)
    desk.fire()
    desk.follow_ups.decide(TENANT, made.id, "ben", send=send)
    desk.live(10)
    assert desk.stored(made).status is (SENT if send else CANCELLED)
    assert desk.world.provider.members == (["anna"] if send else [])


def test_what_the_provider_refuses_for_its_address_fails_with_the_reason(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.world.provider.answer = lambda call: [Refused("INVALID_PARAMETER: no @domain", about_recipient=True)]
    desk.live(65)
    ended = desk.stored(made)
    assert (ended.status, ended.error) == (FAILED, "INVALID_PARAMETER: no @domain")
    assert desk.used() == (0, 0)


def test_what_the_provider_refuses_for_another_reason_waits_and_goes_when_that_is_over(desk: FollowUpDesk) -> None:
    made, answer = desk.create(), desk.world.provider.answer
    desk.world.provider.answer = lambda call: [Refused("MESSAGE_REJECTED: spam")]
    desk.live(65)
    assert desk.stored(made).status is PENDING
    desk.world.provider.answer = answer
    desk.live(30)
    assert desk.stored(made).status is SENT


def test_a_stopped_account_is_waited_for_and_then_given_up(desk: FollowUpDesk) -> None:
    made = desk.create()

    def stopped(call: SendCall) -> list[EntryOutcome]:
        raise SenderStoppedError("the account is paused")

    desk.world.provider.answer = stopped
    desk.live(26 * 60, step_seconds=120)
    ended = desk.stored(made)
    assert (ended.status, ended.error) == (FAILED, "the account is paused")


def test_delivery_is_read_from_the_ledger(desk: FollowUpDesk) -> None:
    made = desk.create()
    assert desk.follow_ups.details(TENANT, made.id).delivery is None
    desk.live(61)
    desk.world.report(EventKind.DELIVERED, desk.world.provider.calls[0], "anna")
    found = desk.follow_ups.details(TENANT, made.id).delivery
    assert found is not None
    assert found.status is RecipientStatus.DELIVERED
    assert desk.follow_ups.of_member(TENANT, "anna", 5, None)[0][0].delivery == found


def test_a_change_moves_it_and_an_old_schedule_sends_nothing(desk: FollowUpDesk) -> None:
    made = desk.create()
    later = desk.follow_ups.change(TENANT, made.id, {"follow_up_at": made.follow_up_at + HOUR_MS}, 1)
    desk.live(90)
    assert desk.world.provider.calls == []
    desk.follow_ups.change(TENANT, made.id, {"subject": "Still there?"}, later.version)
    desk.live(40)
    assert desk.world.provider.calls[0].skeleton.subject == "Still there?"
    with pytest.raises(ConflictError, match="sent can't be changed"):
        desk.follow_ups.change(TENANT, made.id, {"subject": "Too late"}, desk.stored(made).version)


def test_a_change_to_an_earlier_time_sends_then(desk: FollowUpDesk) -> None:
    made = desk.create()
    desk.follow_ups.change(TENANT, made.id, {"follow_up_at": made.follow_up_at - HOUR_MS // 2}, 1)
    with pytest.raises(ConflictError):
        desk.follow_ups.change(TENANT, made.id, {"subject": "Old version"}, 1)
    desk.live(35)
    assert desk.world.provider.members == ["anna"]


def test_local_time_means_the_members_clock_and_survives_a_clock_change(desk: FollowUpDesk) -> None:
    member_without(desk, timezone="America/New_York")
    gap = desk.create(follow_up_at=None, follow_up_local="2027-03-14T02:30")
    assert gap.follow_up_timezone == "America/New_York"
    assert datetime.fromtimestamp(gap.follow_up_at / 1000, UTC) == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    named = desk.create(follow_up_at=None, follow_up_local="2027-07-01T09:00", follow_up_timezone="Europe/Berlin")
    assert datetime.fromtimestamp(named.follow_up_at / 1000, UTC).hour == 7


@pytest.mark.parametrize(
    ("fields", "field", "line"),
    [
        ({"message_template": "Hello\n{{ nickname }}"}, "message_template", 2),
        ({"message_template": "Hello\n\n{% endif %}"}, "message_template", 3),
        ({"message_template": "{{ context.unknown }}"}, "message_template", 1),
        ({"message_template": "{{ member.last_name }}"}, "message_template", 1),
        ({"message_template": " "}, "message_template", None),
        ({"subject": None}, "subject", None),
        ({"channel": "sms"}, "channel", None),
        ({"member_id": "nobody"}, "member_id", None),
        ({"sender": "x@other.example"}, "sender", None),
        ({"follow_up_at": 5}, "follow_up_at", None),
        ({"follow_up_at": None}, "follow_up_at", None),
        ({"follow_up_local": "2027-03-14T02:30"}, "follow_up_local", None),
        (
            {"follow_up_at": None, "follow_up_local": "2027-03-14T02:30", "follow_up_timezone": "Mars"},
            "follow_up_timezone",
            None,
        ),
        ({"cancel_on": ["no spaces"]}, "cancel_on", None),
        ({"ai_context_json": {"goal": "x" * 20_000}}, "ai_context_json", None),
    ],
)
def test_bad_fields_are_named_and_nothing_is_kept(
    desk: FollowUpDesk, fields: dict[str, Any], field: str, line: int | None
) -> None:
    with pytest.raises(InvalidError) as refused:
        desk.create(**fields)
    assert (refused.value.problems[0].field, refused.value.problems[0].line) == (field, line)
    assert desk.follow_ups.of_member(TENANT, "anna", 5, None) == ([], None)
    assert desk.schedules.waiting == {}
    assert desk.used() == (0, 0)


def test_the_plan_limits_follow_ups_of_a_month_and_cancelling_gives_back() -> None:
    desk = FollowUpDesk(plan=Plan.STARTER)
    made = [desk.create() for _ in range(5)]
    with pytest.raises(LimitError):
        desk.create()
    assert len(desk.schedules.waiting) == 5
    desk.follow_ups.cancel(TENANT, made[0].id, "anna")
    desk.create()


def test_the_same_key_makes_one_follow_up(desk: FollowUpDesk) -> None:
    first = desk.follow_ups.create(TENANT, "agent", desk.fields(), Creation("k1", "print"))
    again = desk.follow_ups.create(TENANT, "agent", desk.fields(), Creation("k1", "print"))
    assert (first.replayed, again.replayed, again.entity.id) == (False, True, first.entity.id)
    with pytest.raises(InvalidError):
        desk.follow_ups.create(TENANT, "agent", desk.fields(), Creation("k1", "other"))
    desk.live(65)
    assert desk.world.provider.members == ["anna"]


def test_unknown_ones_and_other_tenants_are_not_found(desk: FollowUpDesk) -> None:
    made = desk.create()
    for tenant, follow_up in ((TENANT, "nothing"), ("club", made.id)):
        with pytest.raises(NotFoundError):
            desk.follow_ups.cancel(tenant, follow_up, "eve")


def test_an_unsubscribe_link_is_added_where_the_author_wrote_none(desk: FollowUpDesk) -> None:
    desk.create()
    desk.create(message_template="<b>{{ context.goal }}</b>", message_format="html")
    desk.create(message_template="Bye {{ unsubscribe_url }}")
    desk.live(65)
    texts = [call.skeleton for call in desk.world.provider.calls]
    assert sum("Abmelden: {{s" in text.text for text in texts) == 1
    assert sum(">Abmelden</a>" in text.html for text in texts) == 1
