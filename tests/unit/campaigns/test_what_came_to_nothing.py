"""A campaign of which nothing went out reads failed, gives its broadcast back, and can be mended; and a run that can
only fail pauses itself before it has failed its audience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ariia.domain.audience.target import TargetType
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.errors import ConflictError, LimitError, PermanentSendError, SenderStoppedError
from ariia.domain.ledger.receipt import RecipientStatus
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.domain.tenants.plan import Plan
from ariia.ports.campaigns import CampaignChange
from ariia.ports.ledger.sending import EntryOutcome, Refused, SendCall
from tests.builders import TENANT, any_member
from tests.unit.campaigns.campaign_desk import HTML, UNSUBSCRIBE
from tests.unit.sending.sending_desk import SendingDesk

S, R = CampaignStatus, RecipientStatus
OTHER_HTML = HTML.replace("Hello", "Good day")


def refusing(desk: SendingDesk, words: str = "BadRequestException: no") -> None:
    """From now on the provider refuses every call in the same words."""

    def refuse(call: SendCall) -> Sequence[EntryOutcome]:
        raise PermanentSendError(words)

    desk.world.provider.answer = refuse  # type: ignore[assignment]


def each_in_its_own_words(call: SendCall) -> list[EntryOutcome]:
    return [Refused(f"no such mailbox {one.member_id}", about_recipient=True) for one in call.recipients]


def accepting(desk: SendingDesk) -> None:
    """From now on the provider takes everything; only these calls are seen."""
    desk.world.provider.answer = desk.world.provider._accept
    desk.world.provider.calls.clear()


@pytest.mark.parametrize(("members", "rate"), [(1, 500.0), (30, 500.0), (261, 500.0), (5, 1.0)])
def test_what_the_provider_refuses_for_everybody_fails_nobody(members: int, rate: float) -> None:
    desk = SendingDesk(members, rate=rate)
    refusing(desk, "BadRequestException: it is not what we send")
    paused = desk.run(desk.send(desk.approve(desk.draft())))
    assert (paused.shown_status, paused.pause_cause) == ("paused", "content")
    assert paused.pause_reason == "BadRequestException: it is not what we send"
    assert desk.world.statuses(paused) == {R.PENDING: members}
    assert len(desk.world.provider.calls) <= 2 * 3, "nobody is tried one by one"


def test_sandbox_pauses_with_the_cause_and_the_providers_words() -> None:
    desk = SendingDesk(3)

    def refuse(call: SendCall) -> list[EntryOutcome]:
        raise SenderStoppedError("MessageRejected: Email address is not verified.", PauseCause.SANDBOX)

    desk.world.provider.answer = refuse
    paused = desk.run(desk.send(desk.approve(desk.draft())))
    assert (paused.pause_cause, paused.pause_reason) == ("sandbox", "MessageRejected: Email address is not verified.")
    accepting(desk)
    desk.sending.resume(TENANT, paused.id, "ben")
    assert desk.run(paused).status is S.SENT
    assert sorted(desk.world.provider.members) == ["m000", "m001", "m002"]


def test_who_goes_on_despite_the_refusal_has_it_fail_and_the_broadcast_back() -> None:
    desk = SendingDesk(5)
    refusing(desk)
    paused = desk.run(desk.send(desk.approve(desk.draft())))
    assert desk.broadcasts() == (1, 0)
    desk.sending.resume(TENANT, paused.id, "ben")
    failed = desk.run(paused)
    assert (failed.status, failed.went_out, desk.broadcasts()) == (S.FAILED, False, (0, 0))
    assert failed.failure_reason == "nothing of it went out: its 5 recipients say why"
    assert desk.world.recipients(failed)["m001"].error_message == "BadRequestException: no"


def test_failed_campaign_is_edited_approved_and_sent_to_the_same_recipients_once() -> None:
    desk = SendingDesk(5)
    desk.world.provider.answer = each_in_its_own_words
    failed = desk.sent()
    assert failed.status is S.FAILED
    desk.world.add(any_member("late"))
    assert desk.open_actions(failed) == ["edit", "retry", "cancel"]
    draft = desk.edit(failed, content_html=OTHER_HTML)
    assert (draft.status, draft.approved_hash, draft.failure_reason) == (S.DRAFT, None, None)
    accepting(desk)
    sent = desk.run(desk.send(desk.approve(draft)))
    assert (sent.status, desk.broadcasts()) == (S.SENT, (1, 0))
    assert sorted(desk.world.provider.members) == [f"m{number:03d}" for number in range(5)]
    assert all("Good day" in call.skeleton.html for call in desk.world.provider.calls)
    assert desk.world.statuses(sent) == {R.SENT: 5}


def test_failed_campaign_is_retried_as_it_was() -> None:
    desk = SendingDesk(5)
    desk.world.provider.answer = each_in_its_own_words
    failed = desk.sent()
    accepting(desk)
    retried = desk.sending.retry(TENANT, failed.id, "ben")
    assert (retried.status, retried.went_out) == (S.SENDING, None)
    assert (desk.run(retried).status, desk.broadcasts()) == (S.SENT, (1, 0))


def test_retry_takes_the_broadcast_anew_and_is_refused_when_another_has_it() -> None:
    desk = SendingDesk(5)
    tenant = desk.world.tenants.get(TENANT)
    assert tenant is not None
    tenant.plan = Plan.STARTER
    assert desk.world.tenants.save(tenant)
    desk.world.provider.answer = each_in_its_own_words
    failed = desk.sent()
    accepting(desk)
    assert desk.sent().status is S.SENT, "its broadcast was free again"
    with pytest.raises(LimitError):
        desk.sending.retry(TENANT, failed.id, "ben")
    assert desk.stored(failed).status is S.FAILED


def test_retry_with_nothing_to_retry_is_refused_and_changes_nothing() -> None:
    desk = SendingDesk(5)
    sent = desk.sent()
    assert desk.open_actions(sent) == []
    with pytest.raises(ConflictError, match="nothing to retry"):
        desk.sending.retry(TENANT, sent.id, "ben")
    assert desk.stored(sent) == sent


def test_recipients_that_are_known_stay_who_they_are() -> None:
    desk = SendingDesk(5)
    desk.world.provider.answer = each_in_its_own_words
    failed = desk.sent()
    for fields in (
        {"target_type": TargetType.SELECTED, "target_filter_json": {"member_ids": ["m001"]}},
        {"exclude": {"member_ids": ["m001"]}},
        {"one_per_address": False},
    ):
        with pytest.raises(ConflictError, match="recipients are known already"):
            desk.edit(failed, **fields)
    draft = desk.edit(failed, name="Other")
    with pytest.raises(ConflictError, match="recipients are known already"):
        desk.edit(draft, exclude={"member_ids": ["m001"]})


def test_empty_audience_is_evaluated_anew_after_an_edit_of_the_target() -> None:
    desk = SendingDesk(5)
    nobody = {"target_type": TargetType.TAGS, "target_filter_json": {"any": ["yogaa"]}}
    failed = desk.sent(("empty_audience",), **nobody)
    assert (failed.status, failed.failure_reason) == (S.FAILED, "nobody is in its audience")
    assert desk.broadcasts() == (0, 0)
    draft = desk.edit(failed, target_type=TargetType.ALL_MEMBERS, target_filter_json={})
    sent = desk.run(desk.send(desk.approve(draft)))
    assert (sent.status, sent.targeted, len(desk.world.provider.members)) == (S.SENT, 5, 5)


def test_empty_audience_is_evaluated_anew_by_retry() -> None:
    desk = SendingDesk(0)
    failed = desk.sent(("empty_audience",))
    assert desk.open_actions(failed) == ["edit", "retry", "cancel"]
    desk.world.add(any_member("late"))
    desk.sending.retry(TENANT, failed.id, "ben")
    assert (desk.run(failed).status, desk.world.provider.members) == (S.SENT, ["late"])


def test_planner_of_an_audience_that_was_given_up_plans_nobody_into_the_new_one() -> None:
    desk = SendingDesk(5)
    nobody = {"target_type": TargetType.TAGS, "target_filter_json": {"any": ["yogaa"]}}
    failed = desk.sent(("empty_audience",), **nobody)
    draft = desk.edit(failed, target_type=TargetType.SELECTED, target_filter_json={"member_ids": ["m001"]})
    sending = desk.send(desk.approve(draft))
    world, deadline = desk.world, desk.clock.now() + 60_000
    world.planner.plan(TENANT, sending.id, sending.epoch, deadline)
    with pytest.raises(Exception, match="another audience is planned by now"):
        world.planner._work(replace(failed, planned_at=None), 0, deadline)
    world.planner.freeze(TENANT, sending.id, sending.epoch)
    assert [one for one, _ in world.entries().items()] == ["m001"]


def test_everybody_excluded_reads_failed_and_gives_the_broadcast_back() -> None:
    desk = SendingDesk(0)
    desk.world.add(*[any_member(f"m{number}", consent={}) for number in range(3)])
    failed = desk.sent(("empty_audience",))
    assert (failed.status, failed.targeted, desk.broadcasts()) == (S.FAILED, 3, (0, 0))
    assert desk.open_actions(failed) == ["edit", "cancel"], "there is nobody to retry"


def test_message_that_can_be_rendered_for_nobody_pauses_and_fails_nobody() -> None:
    desk = SendingDesk(60)
    broken = f"<p>{{{{ 1 / member.attributes.nothing|default(0) }}}}</p>{UNSUBSCRIBE}"
    approved = desk.approve(desk.draft())
    sending = desk.send(approved)
    content = desk.campaigns.submitted(TENANT, approved.id)
    content.content.html = broken
    frozen = (approved.approved_hash or "", content.content, content.target)
    assert desk.world.campaigns.save(CampaignChange(sending, frozen=frozen))
    paused = desk.run(sending)
    assert (paused.pause_cause, desk.world.statuses(paused)) == ("content", {R.PENDING: 60})
    assert "can't be rendered" in (paused.pause_reason or "")
    assert desk.world.provider.calls == []


def test_run_whose_first_messages_only_fail_pauses_itself() -> None:
    desk = SendingDesk(400, rate=5.0)
    desk.world.provider.answer = each_in_its_own_words
    paused = desk.run(desk.send(desk.approve(desk.draft())))
    assert (paused.shown_status, paused.pause_cause) == ("paused", "content")
    failed = desk.world.statuses(paused)[R.FAILED]
    assert 20 <= failed < 200
    assert (paused.pause_reason or "").startswith("all of the first ")
    assert "no such mailbox m" in (paused.pause_reason or "")
    accepting(desk)
    desk.sending.resume(TENANT, paused.id, "ben")
    ended = desk.run(paused)
    assert (ended.status, desk.world.statuses(ended)) == (S.SENT, {R.FAILED: failed, R.SENT: 400 - failed})


def test_members_without_a_value_at_fire_time_pause_the_run_before_anything_leaves() -> None:
    desk = SendingDesk(3)
    variables = {"locker": {"type": "string", "required": True}}
    frame = f"<p>{{{{ locker }}}}</p>{UNSUBSCRIBE}"
    assert desk.templates.create(CampaignTemplate("t1", TENANT, "Frame", body_template=frame, variables_json=variables))
    for number in range(3):
        member = desk.world.members.rows[TENANT, f"m{number:03d}"]
        member.attributes = {"locker": "1"}
    sending = desk.send(desk.approve(desk.draft(template_id="t1", content_html="")))
    desk.world.add(any_member("poor"), any_member("poorer"))
    paused = desk.run(sending)
    assert (paused.pause_cause, paused.pause_reason) == ("content", "2 of 5 members have no value for 'locker'")
    assert (desk.world.provider.calls, paused.went_out) == ([], False)
    assert desk.open_actions(paused) == ["edit", "resume", "cancel"]
    assert desk.campaigns.history(TENANT, paused.id)[-1].after == "paused"
    desk.sending.resume(TENANT, paused.id, "ben")
    ended = desk.run(paused)
    assert (ended.status, desk.world.statuses(ended)) == (S.SENT, {R.SENT: 3, R.FAILED: 2})


def test_paused_campaign_of_which_nothing_went_out_is_edited_and_sent_again() -> None:
    desk = SendingDesk(5)
    sending = desk.send(desk.approve(desk.draft()))
    desk.world.plan(sending, sending.epoch)
    desk.stopping.pause(TENANT, sending.id, "ben", "typo")
    assert "edit" not in desk.open_actions(sending), "what is in flight is not settled yet"
    desk.world.loop(sending, sending.epoch)
    assert desk.open_actions(sending) == ["edit", "resume", "cancel"]
    draft = desk.edit(sending, content_html=OTHER_HTML)
    assert (draft.shown_status, draft.paused_at, desk.broadcasts()) == ("draft", None, (0, 0))
    assert [one.before for one in desk.campaigns.history(TENANT, draft.id)][-1] == "paused"
    sent = desk.run(desk.send(desk.approve(draft)))
    assert (sent.status, len(desk.world.provider.members), desk.broadcasts()) == (S.SENT, 5, (1, 0))


def test_paused_campaign_of_which_something_went_out_is_not_edited() -> None:
    desk = SendingDesk(60, rate=5.0)
    sending = desk.send(desk.approve(desk.draft()))
    desk.world.plan(sending, sending.epoch)
    desk.world.round(sending, sending.epoch)
    desk.world.work_off(at_most=2)
    desk.stopping.pause(TENANT, sending.id, "ben", "typo")
    desk.world.queue.waiting.clear()
    desk.world.loop(sending, sending.epoch)
    assert desk.stored(sending).went_out is True
    assert desk.open_actions(sending) == ["resume", "cancel"]
    with pytest.raises(ConflictError, match="a campaign that is paused can't be edited"):
        desk.edit(sending, name="Late")


def test_paused_while_a_batch_was_queued_and_its_cursor_lost_knows_what_went_out() -> None:
    desk = SendingDesk(5)
    sending = desk.send(desk.approve(desk.draft()))
    desk.world.plan(sending, sending.epoch)
    ledger, save = desk.world.ledger, desk.world.ledger.save_release_cursors
    calls = []

    def dies_after_queueing(cursors):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed between queueing and the cursor")
        return save(cursors)

    ledger.save_release_cursors = dies_after_queueing  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        desk.world.round(sending, sending.epoch)
    ledger.save_release_cursors = save  # type: ignore[method-assign]
    desk.world.work_off()
    desk.stopping.pause(TENANT, sending.id, "ben")
    desk.world.loop(sending, sending.epoch)
    assert desk.stored(sending).went_out is True


def test_cancelled_campaign_gives_back_what_came_to_nothing() -> None:
    desk = SendingDesk(5)
    sending = desk.send(desk.approve(desk.draft()))
    desk.world.plan(sending, sending.epoch)
    desk.stopping.cancel(TENANT, sending.id, "ben")
    assert desk.broadcasts() == (1, 0), "nobody knows yet what was on its way"
    desk.clock.advance(200)
    cancelled = desk.run(sending)
    assert (cancelled.status, cancelled.went_out, desk.broadcasts()) == (S.CANCELLED, False, (0, 0))


def test_round_that_is_killed_before_it_gives_the_broadcast_back_is_repeated() -> None:
    desk = SendingDesk(0)
    sending = desk.send(desk.approve(desk.draft(), ("empty_audience",)))
    desk.world.plan(sending, sending.epoch)
    give_back = desk.world.ending._broadcasts.give_back

    def killed(_: object) -> None:
        raise RuntimeError("killed")

    desk.world.ending._broadcasts.give_back = killed  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        desk.world.loop(sending, sending.epoch)
    desk.world.ending._broadcasts.give_back = give_back  # type: ignore[method-assign]
    assert (desk.stored(sending).status, desk.broadcasts()) == (S.FAILED, (1, 0))
    assert desk.world.round(sending, sending.epoch).outcome == "end"
    assert desk.broadcasts() == (0, 0)


def test_audience_that_can_not_be_planned_fails_and_gives_the_broadcast_back() -> None:
    desk = SendingDesk(5)
    sending = desk.send(desk.approve(desk.draft()))
    desk.world.planner._account(desk.stored(sending))
    assert desk.broadcasts() == (1, 0)
    desk.world.planner.fail(desk.stored(sending), "the segment was deleted")
    failed = desk.stored(sending)
    assert (failed.status, failed.went_out, desk.broadcasts()) == (S.FAILED, False, (0, 0))
    assert desk.open_actions(failed) == ["edit", "retry", "cancel"]
