"""A message in a container of its own goes out once, whatever is killed, lost or repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ariia.domain.address import address_hash
from ariia.domain.channel import Channel
from ariia.domain.errors import NotFoundError, SenderStoppedError, UnknownOutcomeError
from ariia.domain.ledger.batch import EntryState
from ariia.domain.ledger.containers import DispatchKind, counted_under
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import EventKind
from ariia.domain.members.member import Consent, ConsentStatus, Member, Suppression
from ariia.domain.members.test_recipients import id_of_test_recipient
from ariia.ports.ledger.sending import EntryOutcome, SendCall, SendRate
from ariia.services.campaigns.reading import Campaigns
from ariia.services.recipients import RecipientFilter, Recipients
from ariia.services.single_messages.messages import Standing
from tests.builders import NOW, TENANT, any_container, any_content, any_member
from tests.doubles.sending import RecordingSender
from tests.world import GRACE_MS, LEASE_MS, World


@pytest.fixture
def world() -> World:
    world = World()
    world.add(any_member("anna"))
    return world


def prepare(world: World, container: Dispatch | None = None, **fields: object) -> Dispatch:
    return world.singles.prepare(container or any_container(), any_content(), ["anna"], **fields)  # type: ignore[arg-type]


def settle(world: World, container: Dispatch) -> Standing:
    return world.settler.settle(TENANT, container.id, ["anna"])


def work_off(world: World) -> None:
    while world.queue.waiting:
        world.work_off()


def test_it_goes_out_once_with_the_tags_of_every_message(world: World) -> None:
    container = prepare(world)
    work_off(world)
    assert world.provider.members == ["anna"]
    call = world.provider.calls[0]
    assert call.tags["campaign"] == container.id
    assert "List-Unsubscribe" in call.recipients[0].headers
    standing = settle(world, container)
    assert standing.is_over
    assert standing.entries[0].state is EntryState.ACCEPTED


def test_preparing_it_again_sends_nothing_more(world: World) -> None:
    prepare(world)
    work_off(world)
    prepare(world)
    prepare(world)
    work_off(world)
    assert world.provider.members == ["anna"]


def test_two_messages_in_the_queue_find_one_thing_to_claim(world: World) -> None:
    prepare(world)
    prepare(world)
    assert len(world.queue.waiting) == 2
    work_off(world)
    assert world.provider.members == ["anna"]


def test_what_its_template_prints_comes_from_context_and_member(world: World) -> None:
    content = any_content(html="<p>{{ member.first_name }}: {{ context.goal }}</p>{{ unsubscribe_url }}")
    world.singles.prepare(any_container(), replace(content, context={"goal": "<10 km>"}), ["anna"])
    work_off(world)
    assert "&lt;10 km&gt;" in world.provider.calls[0].recipients[0].data


def test_a_lost_message_is_queued_again_after_a_while_and_not_before(world: World) -> None:
    container = prepare(world)
    world.queue.waiting.clear()
    first = settle(world, container)
    assert world.queue.waiting == []
    assert first.wake_at is not None
    world.clock.advance((first.wake_at - world.clock.now()) / 1000)
    second = settle(world, container)
    assert len(world.queue.waiting) == 1
    assert second.wake_at is not None
    assert second.wake_at > world.clock.now()
    work_off(world)
    assert world.provider.members == ["anna"]


def test_consent_is_looked_at_again_at_the_last_moment(world: World) -> None:
    container = prepare(world)
    member = world.members.get(TENANT, "anna")
    assert member is not None
    assert world.members.save([replace(member, consent={})]) == []
    work_off(world)
    standing = settle(world, container)
    assert standing.is_over
    assert standing.entries[0].detail == "no_consent"
    assert world.provider.calls == []


def test_of_an_erased_member_the_message_ends_with_that_reason(world: World) -> None:
    container = prepare(world)
    member = world.members.get(TENANT, "anna")
    assert member is not None
    assert world.members.delete(member)
    work_off(world)
    assert settle(world, container).entries[0].detail == "erased"


def _never_answers(call: SendCall) -> list[EntryOutcome]:
    raise UnknownOutcomeError("ReadTimeout")


def test_an_unknown_outcome_is_settled_by_evidence(world: World) -> None:
    container = prepare(world)
    world.provider.answer = _never_answers
    work_off(world)
    standing = settle(world, container)
    assert standing.in_flight
    assert standing.wake_at is not None
    world.report(EventKind.SENT, world.provider.calls[0], "anna", provider_id="p-1")
    world.clock.advance((standing.wake_at - world.clock.now()) / 1000)
    assert settle(world, container).entries[0].state is EntryState.ACCEPTED
    assert world.provider.members == ["anna"]


def test_an_unknown_outcome_without_evidence_is_tried_again_after_the_grace(world: World) -> None:
    container = prepare(world)
    world.provider.answer = _never_answers
    work_off(world)
    world.clock.advance(LEASE_MS / 1000 + 10)
    world.pipeline.note_event(world.clock.now())
    settle(world, container)
    world.clock.advance(GRACE_MS / 1000 + 1)
    world.pipeline.note_event(world.clock.now())
    world.provider.answer = RecordingSender().answer
    assert not settle(world, container).is_over
    work_off(world)
    assert settle(world, container).entries[0].state is EntryState.ACCEPTED
    assert world.provider.members == ["anna", "anna"]


def test_what_the_provider_stopped_is_tried_again_later(world: World) -> None:
    container = prepare(world)

    def stopped(call: SendCall) -> list[EntryOutcome]:
        raise SenderStoppedError("the account is paused")

    world.provider.answer = stopped
    work_off(world)
    standing = settle(world, container)
    assert standing.stopped == "the account is paused"
    assert standing.wake_at is not None
    world.provider.answer = RecordingSender().answer
    world.clock.advance((standing.wake_at - world.clock.now()) / 1000)
    settle(world, container)
    work_off(world)
    assert settle(world, container).entries[0].state is EntryState.ACCEPTED


def test_nothing_is_queued_while_the_accounts_quota_is_used_up(world: World) -> None:
    world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=200)
    container = prepare(world)
    assert world.queue.waiting == []
    assert settle(world, container).wake_at == world.clock.now() + 300_000
    world.quota.answer = SendRate(per_second=10, daily_quota=200, sent_last_day=0)
    for _ in range(3):
        world.clock.advance(60)
        settle(world, container)
    work_off(world)
    assert world.provider.members == ["anna"]


def test_it_waits_for_its_window_and_expires_behind_it(world: World) -> None:
    now = world.clock.now()
    container = prepare(world, not_before=now + 60_000, not_after=now + 600_000)
    work_off(world)
    assert world.provider.calls == []
    assert settle(world, container).wake_at == now + 60_000
    world.clock.advance(601)
    standing = settle(world, container)
    assert standing.is_over
    assert standing.entries[0].detail == "expired"
    work_off(world)
    assert world.provider.calls == []


def test_a_cancel_before_the_claim_wins(world: World) -> None:
    container = prepare(world)
    assert world.singles.cancel(container, "anna").entries[0].detail == "cancelled"
    work_off(world)
    assert world.provider.calls == []
    assert world.singles.cancel(container, "anna").entries[0].detail == "cancelled"


def test_a_cancel_before_it_was_prepared_wins_too(world: World) -> None:
    container = any_container()
    assert world.singles.cancel(container, "anna").is_over
    prepare(world, container)
    work_off(world)
    assert world.provider.calls == []


def test_a_cancel_while_a_sender_holds_it_is_told_so(world: World) -> None:
    container = prepare(world)
    seen = []

    def cancels(call: SendCall) -> list[EntryOutcome]:
        seen.append(world.singles.cancel(container, "anna"))
        return RecordingSender().answer(call)

    world.provider.answer = cancels
    work_off(world)
    assert seen[0].in_flight
    assert world.singles.cancel(container, "anna").entries[0].state is EntryState.ACCEPTED


def test_a_container_that_was_never_prepared_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        settle(world, any_container())


def test_containers_are_in_no_list_and_not_reached_as_campaigns(world: World) -> None:
    container = prepare(world)
    campaigns = Campaigns(world.campaigns)
    assert campaigns.page(TENANT, 50, None).campaigns == []
    with pytest.raises(NotFoundError):
        campaigns.get(TENANT, container.id)
    with pytest.raises(NotFoundError):
        Recipients(world.campaigns, world.ledger, world.clock).page(TENANT, container.id, 5, None, RecipientFilter())


def test_ids_tell_where_figures_count() -> None:
    follow_up, test = any_container().id, any_container(DispatchKind.TEST).id
    assert counted_under("t", "01k9") == "t#01k9"
    assert counted_under("t", follow_up) == "t#zf"
    assert counted_under("t", test) is None


def any_test_recipient(address: str) -> Member:
    test_recipient = id_of_test_recipient(Channel.EMAIL, address)
    return Member(id=test_recipient, tenant_id=TENANT, email=address, first_name="Sample", created_at=NOW)


def test_stand_ins_need_no_member_and_no_consent(world: World) -> None:
    people = [any_test_recipient(f"{name}@studio.example") for name in ("boss", "editor")]
    container = any_container(DispatchKind.TEST)
    ids = [one.id for one in people]
    world.singles.prepare(container, any_content(), ids, test_recipients=people)
    work_off(world)
    addresses = sorted(one.address for call in world.provider.calls for one in call.recipients)
    assert addresses == ["boss@studio.example", "editor@studio.example"]
    assert world.settler.settle(TENANT, container.id, ids).is_over


@pytest.mark.parametrize("known", ["suppressed", "opted out"])
def test_a_stand_ins_address_that_gets_nothing_gets_no_test_either(world: World, known: str) -> None:
    address = "gone@studio.example"
    digest = address_hash(Channel.EMAIL, address)
    if known == "suppressed":
        world.members.suppress(TENANT, Channel.EMAIL, digest, Suppression("complaint", 1))
    else:
        said_no = Consent(ConsentStatus.DENIED, "one_click", 1)
        world.members.withdraw(TENANT, Channel.EMAIL, digest, said_no)
    person, container = any_test_recipient(address), any_container(DispatchKind.TEST)
    world.singles.prepare(container, any_content(), [person.id], test_recipients=[person])
    work_off(world)
    assert world.provider.calls == []
    entry = world.settler.settle(TENANT, container.id, [person.id]).entries[0]
    assert entry.detail == ("suppressed" if known == "suppressed" else "no_consent")
