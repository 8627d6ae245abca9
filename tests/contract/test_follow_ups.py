"""What stores of follow-ups and of events do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ariia.adapters.dynamodb.events import DynamoEvents
from ariia.adapters.dynamodb.follow_ups import DynamoFollowUps
from ariia.domain.events import MemberEvent
from ariia.domain.follow_ups import FollowUpStatus, ScheduledFollowUp
from ariia.domain.rules.misfire import MisfirePolicy
from ariia.ports.events import EventStore
from ariia.ports.follow_ups import FollowUpStore
from tests.doubles.follow_ups import MemoryEvents, MemoryFollowUps


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[FollowUpStore]:
    if request.param == "memory":
        yield MemoryFollowUps()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoFollowUps()


@pytest.fixture(params=["memory", "dynamodb"])
def events(request: pytest.FixtureRequest) -> Iterator[EventStore]:
    if request.param == "memory":
        yield MemoryEvents()
    else:
        request.getfixturevalue("dynamodb_tables")
        yield DynamoEvents()


def any_follow_up(tenant_id: str, follow_up_id: str = "f1", **fields: object) -> ScheduledFollowUp:
    known = {"member_id": "anna", "follow_up_at": 9, "message_template": "Hi", "created_at": 5}
    return ScheduledFollowUp(id=follow_up_id, tenant_id=tenant_id, **(known | fields))  # type: ignore[arg-type]


def test_one_reads_back_whole_and_is_created_once(store: FollowUpStore, tenant_id: str) -> None:
    made = any_follow_up(
        tenant_id,
        conversation_id="wa:+491701234",
        ai_context_json={"goal": [1, "two"]},
        cancel_on=["member_replied"],
        misfire_policy=MisfirePolicy.ASK,
    )
    assert store.create(made)
    assert store.get(tenant_id, "f1") == made
    assert not store.create(any_follow_up(tenant_id, message_template="other"))
    assert store.get(tenant_id, "f1") == made
    assert store.get(f"{tenant_id}x", "f1") is None


def test_of_two_writers_one_saves(store: FollowUpStore, tenant_id: str) -> None:
    made = any_follow_up(tenant_id)
    assert store.create(made)
    writers = [replace(made, reason=str(number)) for number in range(6)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(store.save, writers))
    assert done.count(True) == 1
    stored = store.get(tenant_id, "f1")
    assert stored is not None
    assert (stored.version, stored.reason) == (2, writers[done.index(True)].reason)


def test_what_is_over_is_not_open_any_more(store: FollowUpStore, tenant_id: str) -> None:
    for name in ("f1", "f2"):
        assert store.create(any_follow_up(tenant_id, name))
    assert store.create(any_follow_up(tenant_id, "f3", member_id="anna2"))
    assert {one.id for one in store.open_of_member(tenant_id, "anna")} == {"f1", "f2"}
    ended = store.get(tenant_id, "f1")
    assert ended is not None
    stale = replace(ended)
    ended.end(FollowUpStatus.CANCELLED, at=7, by="anna")
    assert store.save(ended)
    stale.end(FollowUpStatus.SENT, at=8, by="system")
    assert not store.save(stale)
    assert [one.id for one in store.open_of_member(tenant_id, "anna")] == ["f2"]
    assert {one.id for one in store.of_member(tenant_id, "anna", 10, None)[0]} == {"f1", "f2"}


def test_pages_are_newest_first_and_complete(store: FollowUpStore, tenant_id: str) -> None:
    for number in range(5):
        made = any_follow_up(tenant_id, f"f{number}", created_at=5 + number // 2, conversation_id="c#1")
        assert store.create(made)
    assert store.create(any_follow_up(tenant_id, "other", member_id="ben", conversation_id="c#2"))
    for page_of, key in ((store.of_member, "anna"), (store.of_conversation, "c#1")):
        found, after = [], None
        while True:
            page, after = page_of(tenant_id, key, 2, after)
            found += [one.id for one in page]
            if after is None:
                break
        assert found == ["f4", "f3", "f2", "f1", "f0"]


def any_event(tenant_id: str, event_id: str = "e1", **fields: object) -> MemberEvent:
    known = {"member_id": "anna", "name": "member_replied", "at": 3, "received_at": 4}
    return MemberEvent(id=event_id, tenant_id=tenant_id, **(known | fields))  # type: ignore[arg-type]


def test_an_event_is_kept_once_whoever_it_is_about(events: EventStore, tenant_id: str) -> None:
    first = any_event(tenant_id, data={"text": "yes"}, conversation_id="c1")
    assert events.put(first)
    assert not events.put(any_event(tenant_id, member_id="ben"))
    assert events.get(tenant_id, "e1") == first
    assert events.get(f"{tenant_id}x", "e1") is None
    first.cancelled, first.handled_at = ["f1"], 9
    events.note_handled(first)
    assert events.get(tenant_id, "e1") == first


def test_events_of_a_member_are_newest_first(events: EventStore, tenant_id: str) -> None:
    for number in range(3):
        assert events.put(any_event(tenant_id, f"e{number}", received_at=10 + number))
    assert events.put(any_event(tenant_id, "x", member_id="ben"))
    assert [one.id for one in events.of_member(tenant_id, "anna", 2, None)] == ["e2", "e1"]
    assert [one.id for one in events.of_member(tenant_id, "anna", 2, f"{11:013d}#e1")] == ["e0"]


def test_a_removed_follow_up_is_found_nowhere(store: FollowUpStore, tenant_id: str) -> None:
    gone = any_follow_up(tenant_id, conversation_id="chat")
    kept = any_follow_up(tenant_id, "f2", conversation_id="chat")
    for one in (gone, kept):
        assert store.create(one)
    read = store.get(tenant_id, "f1")
    assert read is not None
    assert store.save(gone)

    store.remove(read)
    store.remove(read)

    assert store.get(tenant_id, "f1") is None
    assert [one.id for one in store.of_member(tenant_id, "anna", 10, None)[0]] == ["f2"]
    assert [one.id for one in store.of_conversation(tenant_id, "chat", 10, None)[0]] == ["f2"]
    assert [one.id for one in store.open_of_member(tenant_id, "anna")] == ["f2"]
    assert not store.save(gone)


def test_a_removed_event_is_forgotten_with_its_id(events: EventStore, tenant_id: str) -> None:
    event = MemberEvent("e1", tenant_id, "anna", "visited", 5, received_at=6)
    other = MemberEvent("e2", tenant_id, "anna", "visited", 5, received_at=7)
    assert events.put(event)
    assert events.put(other)

    events.remove(event)
    events.remove(event)

    assert events.get(tenant_id, "e1") is None
    assert events.of_member(tenant_id, "anna", 10, None) == [other]
    assert events.put(event)
