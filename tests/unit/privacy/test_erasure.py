"""Erasing a member: gone at once for everything that begins, and from everything that is stored soon after."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ariia.domain.address import address_hash
from ariia.domain.audit.entries import AuditKind, digest, subject_of
from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import looks_at, request_to
from ariia.domain.creation import Creation
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.follow_ups import FollowUpStatus
from ariia.domain.ledger.batch import EntryState
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.member import Consent, ConsentStatus, Suppression
from ariia.ports.ledger.ledger import Partition
from ariia.ports.members.members import MemberStore
from ariia.services.revisits import Revisits
from tests.builders import TENANT, any_campaign, any_content, any_member
from tests.unit.follow_ups.follow_up_desk import HOUR_MS
from tests.unit.privacy.privacy_desk import FAMILY, QUIET_SECONDS, WHO, PrivacyDesk


@pytest.fixture
def desk() -> PrivacyDesk:
    return PrivacyDesk().knows_annika()


def erased(desk: PrivacyDesk, minutes: int = 8) -> PrivacyDesk:
    """Annika's erasure is asked for, and that much time passes."""
    desk.start(Creation("k1", "print"))
    desk.live(minutes)
    return desk


def entries_of(desk: PrivacyDesk, campaign_id: str) -> dict[str, tuple[str, str]]:
    """State and detail of every entry, by id; of those that are nobody's by `erased`."""
    found = {}
    for key, rows in desk.world.ledger.batches.items():
        if key.split("#")[1] == campaign_id:
            for batch in rows.values():
                for entry in batch.entries:
                    name = "erased" if "-erased-" in entry.member_id else entry.member_id
                    found[name] = (entry.state.value, entry.detail)
    return found


def test_there_was_something_to_erase(desk: PrivacyDesk) -> None:
    assert len(desk.about_her()) > 30


def test_nothing_that_is_stored_leads_to_her_any_more(desk: PrivacyDesk) -> None:
    erased(desk)
    assert desk.erasure("k1").is_over
    assert desk.about_her() == []
    assert subject_of(TENANT, WHO) not in str(vars(desk.world.ledger))
    assert desk.schedules.waiting == {}


def test_she_is_gone_as_soon_as_the_request_is_answered(desk: PrivacyDesk) -> None:
    erasure = desk.start()
    assert desk.world.members.get(TENANT, WHO) is None
    assert erasure.begun_at == desk.clock.now()
    later = desk.world.approve(any_campaign(id="later", name="Later"), any_content())
    desk.world.run(later)
    assert set(entries_of(desk, "later")) == {"anna", "annie", "ben", "cleo"}
    with pytest.raises(InvalidError):
        desk.follow_up_desk.create(member_id=WHO)
    with pytest.raises(NotFoundError):
        desk.follow_up_desk.member_events.take(TENANT, "agent", {"member_id": WHO, "name": "visited"})


def test_who_waits_in_a_running_campaign_is_excluded_by_whoever_comes_first(desk: PrivacyDesk) -> None:
    desk.start()
    desk.world.round(desk.waiting, desk.epoch)
    while desk.world.queue.waiting:
        desk.world.work_off()
    assert entries_of(desk, "waiting")[WHO] == ("x", "erased")
    desk.live(8)
    assert entries_of(desk, "waiting")["erased"] == ("x", "erased")
    assert WHO not in desk.world.provider.members[desk.messages :]


def test_figures_add_up_and_stay_while_she_is_erased(desk: PrivacyDesk) -> None:
    before = desk.figures()
    desk.start()
    for _ in range(60):
        desk.clock.advance(10)
        desk.fire()
        for name, now in desk.figures().items():
            assert (now.targeted, now.sent, now.failed) == (before[name].targeted, before[name].sent, 0)
            assert now.targeted == now.pending + now.sent + now.failed + now.bounced + now.excluded
    assert desk.figures()["waiting"].excluded_by_reason == {"duplicate_address": 1, "erased": 1}


def test_a_message_that_was_sent_stays_sent_by_nobody(desk: PrivacyDesk) -> None:
    erased(desk)
    assert entries_of(desk, "sent")["erased"] == (EntryState.ACCEPTED.value, "")
    assert [place for rows in desk.world.ledger.receipts.values() for place in rows] == [("cleo", "l0")]


def test_others_keep_what_is_theirs(desk: PrivacyDesk) -> None:
    ben, cleo = desk.world.members.get(TENANT, "ben"), desk.world.members.get(TENANT, "cleo")
    assert ben is not None
    assert ben.shared_address == ["email"]
    erased(desk)
    after = desk.world.members.get(TENANT, "ben")
    assert after == replace(ben, shared_address=[], version=ben.version + 1)
    assert desk.world.members.get(TENANT, "cleo") == cleo
    lists = [desk.world.lists.between(TENANT, "list-1", shard, "", "~") for shard in range(desk.world.shards)]
    assert set.union(*lists) == {"cleo"}
    target = desk.world.campaigns.target(TENANT, "picked")
    assert target.target_filter_json["member_ids"][0] == "cleo"
    assert len(target.target_filter_json["member_ids"]) == 2
    for part in ("draft", "h1"):
        series = desk.series.target(TENANT, "weekly", part)
        assert [len(one["member_ids"]) for one in (series.target_filter_json, series.exclude)] == [2, 1]
    lines = [json.loads(one) for one in desk.uploads.files["results/studio/i1/rejected/00000.json"].splitlines()]
    assert [one["problems"][0]["value"] for one in lines] == [None, "cleo@"]
    test = desk.jobs.get(TENANT, "test_send", "t1")
    assert test is not None
    assert list(test.document["addresses"].values()) == ["boss@example.com"]
    assert (
        desk.world.campaigns.test_recipients(TENANT, container_id(DispatchKind.TEST, TENANT, "t1"), list(ids_of_test()))
        == {}
    )


def ids_of_test() -> set[str]:
    return {f"email-{address_hash(Channel.EMAIL, one)}" for one in (FAMILY, "boss@example.com")}


def test_her_waiting_follow_up_is_cancelled_at_once_and_gives_its_unit_back(desk: PrivacyDesk) -> None:
    assert desk.follow_up_desk.used() == (1, 1)
    desk.start()
    desk.live(1)
    stopped = desk.follow_up_desk.stored(desk.pending)
    assert (stopped.status, stopped.status_reason) == (FollowUpStatus.CANCELLED, "erased")
    desk.live(8)
    assert desk.follow_up_desk.used() == (1, 0)
    assert desk.follow_up_desk.store.of_member(TENANT, WHO, 10, None) == ([], None)
    # Its schedules fire later and find nothing.
    desk.follow_up_desk.live(120)
    assert desk.follow_up_desk.used() == (1, 0)
    assert desk.about_her() == []


def test_a_question_that_waits_for_her_answer_goes_and_is_never_put_again(desk: PrivacyDesk) -> None:
    desk.wait_for_answer(desk.clock.now())
    assert desk.world.provider.members[desk.messages :] == [WHO]
    asked = request_to(desk.world.members.rows[TENANT, WHO], desk.clock.now())
    tomorrow = replace(asked, id="another")
    Revisits(desk.questions, desk.clock).arrange(looks_at(TENANT, [tomorrow]), desk.clock.now() + HOUR_MS)
    erased(desk)
    assert desk.erasure("k1").report["erased"]["confirmations"] == 2
    assert list(desk.questions.waiting) != []
    desk.live(70)
    assert desk.world.provider.members[desk.messages :] == [WHO]
    assert desk.questions.waiting == {}
    assert desk.about_her() == []


def test_the_sweep_waits_until_nothing_runs_that_began_before_the_mark(desk: PrivacyDesk) -> None:
    desk.start(Creation("k1", "print"))
    desk.live(QUIET_SECONDS // 60)
    assert desk.erasure("k1").steps_done == ["stop_follow_ups", "series"]
    # A request that had read her before the mark writes late: her row, and a receipt.
    desk.world.members.rows[TENANT, WHO] = desk.annika(version=9)
    desk.live(2)
    assert desk.erasure("k1").is_over
    assert desk.about_her() == []


def test_a_batch_that_a_sender_holds_is_waited_for_and_not_touched(desk: PrivacyDesk) -> None:
    world = desk.world
    [batch] = [
        one
        for key, rows in world.ledger.batches.items()
        for one in rows.values()
        if key.split("#")[1] == "waiting" and any(entry.member_id == WHO for entry in one.entries)
    ]
    held = world.ledger.claim(batch.key, "sender", 50, desk.clock.now() + 120_000)
    assert held is not None
    assert held.claim is not None
    erased(desk, 20)
    waiting = desk.erasure("k1")
    assert (waiting.is_over, waiting.later) == (False, ["waiting"])
    assert waiting.waits_for == "senders that hold the member in 1 campaigns"
    assert (WHO, EntryState.PENDING) in [(one.member_id, one.state) for one in world.ledger.batch(batch.key).entries]
    # Everything else is gone already.
    assert desk.trail.redact(TENANT, subject_of(TENANT, WHO), 0) == 0
    assert desk.follow_up_desk.store.of_member(TENANT, WHO, 10, None) == ([], None)
    assert "erased" in entries_of(desk, "sent")

    assert world.ledger.write_outcome(held, held.claim, held.entries, "sender")
    desk.live(5)
    assert desk.erasure("k1").is_over
    assert desk.about_her() == []


def test_an_event_that_comes_late_is_dropped(desk: PrivacyDesk) -> None:
    call = desk.call_to(WHO)
    for wait in (0, 8):
        erased(desk, wait)
        for kind in (EventKind.OPENED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED):
            desk.world.report(kind, call, WHO)
        desk.world.report(EventKind.CLICKED, call, WHO, link="https://studio.example/offer")
        desk.live(1)
    assert desk.about_her() == []
    desk.world.report(EventKind.OPENED, desk.call_to("cleo"), "cleo")
    assert (
        sum(bool(one.at(EventKind.OPENED)) for rows in desk.world.ledger.receipts.values() for one in rows.values())
        == 1
    )


@pytest.mark.parametrize(("address", "suppressed"), [(FAMILY, {"ben"}), ("hers@example.com", set())])
def test_a_late_complaint_holds_for_those_who_still_have_the_mailbox(
    desk: PrivacyDesk, address: str, suppressed: set[str]
) -> None:
    erased(desk)
    desk.world.report(EventKind.COMPLAINED, desk.call_to(WHO), WHO, address=address)
    members = desk.world.members.rows.values()
    assert {one.id for one in members if one.suppression} == suppressed
    assert (desk.world.members.suppression(TENANT, "email", address_hash(Channel.EMAIL, address)) is None) is (
        not suppressed
    )


def test_she_is_kept_out_until_she_comes_back_by_herself(desk: PrivacyDesk) -> None:
    erased(desk)
    at = desk.clock.now() + 1_000
    proof = {"form": "F-18", "page": "/join"}
    refused = {
        "as she was": desk.annika(),
        "under another id": desk.annika(),
        "with a later consent that nothing shows": desk.annika(
            consent={"email": Consent(ConsentStatus.GRANTED, "form", at)}
        ),
    }
    refused["under another id"].id = "somebody"
    for why, member in refused.items():
        with pytest.raises(InvalidError, match="was erased at their own wish"):
            desk.world.members.save([member])
        assert why
    agreed = {"email": Consent(ConsentStatus.GRANTED, "form", at, proof)}
    assert desk.world.members.save([desk.annika(consent=agreed)]) == []


def test_of_who_came_back_only_the_new_time_is_recorded(desk: PrivacyDesk) -> None:
    old = desk.call_to(WHO)
    erased(desk)
    desk.clock.advance(60)
    agreed = {"email": Consent(ConsentStatus.GRANTED, "form", desk.clock.now(), {"form": "F-18"})}
    desk.world.members.save([desk.annika(consent=agreed, email="new@example.com")])
    again = desk.world.approve(any_campaign(id="again", name="Again"), any_content())
    desk.world.run(again)
    [new] = [one for one in desk.world.provider.calls if one.tags["campaign"] == "again" and WHO in members_of(one)]
    for call in (old, new):
        desk.world.report(EventKind.OPENED, call, WHO)
    holders = {key.split("#")[1] for key, rows in desk.world.ledger.receipts.items() for one in rows if one[0] == WHO}
    assert holders == {"again"}
    # And she may go again.
    second = desk.erasures.start(TENANT, WHO, desk.erasure("k1").reason, "boss").entity
    assert second.id != "k1"
    desk.live(8)
    assert desk.erasure(second.id).is_over
    assert desk.about_her() == []


def members_of(call: object) -> list[str]:
    return [one.member_id for one in call.recipients]


def test_the_proof_says_what_when_and_by_whom_and_nothing_about_her(desk: PrivacyDesk) -> None:
    desk.world.members.suppress(TENANT, "sms", address_hash(Channel.SMS, "+49301234567"), Suppression("manual", 1))
    erased(desk)
    done = desk.erasure("k1")
    assert done.report["erased"] == {
        "audit_rows": 5,
        "confirmations": 1,
        "events": 1,
        "follow_ups": 2,
        "lists": 1,
        "members": 1,
        "receipts": 2,
        "recipients": 2,
        "rejected_lines": 1,
        "test_sends": 1,
    }
    assert (done.report["requested_by"], done.report["reason"]) == ("boss", "member_request")
    assert done.report["finished_at"] > done.report["requested_at"]
    assert done.sha256 == digest(done.report)
    assert subject_of(TENANT, WHO) not in str(done)


def test_the_audit_trail_keeps_that_it_happened(desk: PrivacyDesk) -> None:
    erased(desk)
    kept = desk.trail.page_of_member(TENANT, subject_of(TENANT, WHO), 50, None).entries
    assert [(one.kind, one.action) for one in kept] == [
        (AuditKind.ERASURE, "finished"),
        (AuditKind.ERASURE, "begun"),
        (AuditKind.CONSENT, "granted"),
        (AuditKind.CONSENT, "pending"),
        (AuditKind.CONSENT, "granted"),
    ]
    assert all(one.member_id is None for one in kept)
    assert kept[0].details["sha256"] == desk.erasure("k1").sha256
    assert desk.trail.page(TENANT, 50, None, 0, desk.clock.now()).entries[0] == kept[0]


def test_what_was_said_about_her_address_goes_with_her(desk: PrivacyDesk) -> None:
    phone = address_hash(Channel.SMS, "+49301234567")
    note = Suppression("manual", 1, "desk", "Annika asked for it")
    desk.world.members.suppress(TENANT, "sms", phone, note)
    erased(desk)
    assert desk.world.members.suppression(TENANT, "sms", phone) == Suppression("manual", 1)
    assert desk.about_her() == []


def test_a_second_request_finds_the_first(desk: PrivacyDesk) -> None:
    first = desk.start(Creation("k1", "print"))
    for key in (Creation("k1", "print"), Creation("k2", "print"), None):
        again = desk.erasures.start(TENANT, WHO, first.reason, "somebody", key)
        assert (again.entity.id, again.replayed) == ("k1", True)
    desk.live(8)
    over = desk.erasures.start(TENANT, WHO, first.reason, "somebody", Creation("k3", "print")).entity
    assert (over.id, over.is_over, over.requested_by) == ("k1", True, "boss")
    with pytest.raises(InvalidError):
        desk.start(Creation("k1", "another body"))


def test_who_was_deleted_before_can_be_erased_too(desk: PrivacyDesk) -> None:
    store: MemberStore = desk.world.members
    assert store.delete(desk.world.members.rows[TENANT, WHO])
    erased(desk)
    # Nobody knows any more how else the member was called.
    left = [one for one in desk.about_her() if "crm-1042" not in one]
    assert (desk.erasure("k1").is_over, left) == (True, [])
    with pytest.raises(InvalidError, match="erased"):
        store.save([any_member(WHO)])


def test_nobody_can_be_erased_who_never_was(desk: PrivacyDesk) -> None:
    for tenant_id, who in ((TENANT, "nobody"), ("another", WHO)):
        with pytest.raises(NotFoundError):
            desk.erasures.start(tenant_id, who, desk.start().reason, "boss")


def test_one_that_lost_its_schedule_is_started_by_looking_at_it(desk: PrivacyDesk) -> None:
    desk.start(Creation("k1", "print"))
    desk.schedules.waiting.clear()
    desk.live(20)
    assert not desk.erasure("k1").is_over
    desk.live(8)
    assert desk.erasure("k1").is_over


def test_her_row_of_a_plan_that_was_interrupted_right_behind_her_names_nobody(desk: PrivacyDesk) -> None:
    ledger, world = desk.world.ledger, desk.world
    partition = next(
        Partition(TENANT, "waiting", int(key.rpartition("#")[2]))
        for key, rows in ledger.batches.items()
        if key.split("#")[1] == "waiting" and WHO in str(rows)
    )
    for following, after in ((None, None), ("annikb", None), ("antonia", "ant")):
        if following:
            world.members.rows[TENANT, following] = any_member(following, version=1)
        cursor = replace(ledger.plan_cursor(partition), after=WHO, done=False)
        ledger._plans[partition.key] = cursor
        desk.erasure_runs._sweeping[0]._ledger._move_cursor(world.fresh(desk.waiting), partition, WHO)
        moved = ledger.plan_cursor(partition)
        assert moved.after != WHO or following == "annikb"
        assert after is None or moved.after is None or moved.after.startswith("an")
