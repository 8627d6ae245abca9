"""What every EventPipeline notes and tells."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from ariia.adapters.aws.dead_events import SqsDeadEvents
from ariia.adapters.aws.send_queue import SqsBacklog
from ariia.adapters.dynamodb import names
from ariia.adapters.dynamodb.client import dynamodb_client
from ariia.adapters.email.event_pipeline import SesEventPipeline
from ariia.domain.ledger.event_watch import INTERVAL_MS, WATCH_MS, interval_of
from ariia.ports.ledger.sending import EventPipeline
from tests.doubles.event_pipeline import MemoryEventPipeline

NOW = 1_800_000_000_000
WINDOW = 420_000


@pytest.fixture(params=["memory", "dynamodb"])
def pipeline(request: pytest.FixtureRequest) -> Iterator[EventPipeline]:
    if request.param == "memory":
        yield MemoryEventPipeline()
        return
    table = names.physical(request.getfixturevalue("dynamodb_tables"), names.SEND_RATES)
    dynamodb_client.cache_clear()
    client = dynamodb_client()
    for key in ("email#watch", "email#pipeline"):
        client.delete_item(TableName=table, Key={"channel": {"S": key}})
    yield SesEventPipeline(client, table)


def test_nothing_is_noted_while_no_watch_is_on(pipeline: EventPipeline) -> None:
    pipeline.note_received(NOW, NOW)
    assert pipeline.watch(NOW + 1, WINDOW).oldest == {}


def test_the_oldest_of_each_interval_is_kept(pipeline: EventPipeline) -> None:
    pipeline.watch(NOW, WINDOW)
    for age in (3_000, 9_000, 1_000):
        pipeline.note_received(NOW - age, NOW)
    pipeline.note_received(NOW + 500, NOW + INTERVAL_MS)
    oldest = pipeline.watch(NOW + INTERVAL_MS, WINDOW).oldest
    assert oldest == {interval_of(NOW): NOW - 9_000, interval_of(NOW) + 1: NOW + 500}


def test_a_watch_that_is_extended_goes_on_and_forgets_what_is_old(pipeline: EventPipeline) -> None:
    pipeline.watch(NOW, WINDOW)
    pipeline.note_received(NOW, NOW)
    later = NOW + WINDOW + INTERVAL_MS
    pipeline.note_received(later, later)
    watch = pipeline.watch(later, WINDOW)
    assert (watch.begun_at, watch.ends_at) == (NOW, later + WATCH_MS)
    assert watch.oldest == {interval_of(later): later}


def test_a_watch_that_ended_begins_anew_without_its_notes(pipeline: EventPipeline) -> None:
    pipeline.watch(NOW, WINDOW)
    pipeline.note_received(NOW, NOW)
    later = NOW + WATCH_MS
    watch = pipeline.watch(later, WATCH_MS * 2)
    assert (watch.begun_at, watch.ends_at, watch.oldest) == (later, later + WATCH_MS, {})


def test_a_recorder_whose_clock_is_fast_still_notes_at_the_end(pipeline: EventPipeline) -> None:
    pipeline.watch(NOW, WINDOW)
    pipeline.note_received(NOW, NOW + WATCH_MS + 4_000)
    pipeline.note_received(NOW, NOW + WATCH_MS + 15_000)
    assert len(pipeline.watch(NOW + WATCH_MS - 1, WATCH_MS).oldest) == 1


def test_the_newest_event_is_kept(pipeline: EventPipeline) -> None:
    for at in (NOW, NOW + 5, NOW + 2):
        pipeline.note_event(at)
    assert pipeline.state().latest_event_at == NOW + 5


@pytest.fixture
def queue(ministack: Any) -> tuple[Any, str]:
    client = boto3.client("sqs")
    return client, client.create_queue(QueueName=f"dead-{uuid.uuid4().hex[:8]}")["QueueUrl"]


def test_dead_events_are_seen_and_stay(queue: tuple[Any, str]) -> None:
    client, url = queue
    stamps = [f"2026-01-15T08:{minute:02d}:00.000Z" for minute in range(23)]
    for stamp in stamps:
        client.send_message(QueueUrl=url, MessageBody=json.dumps({"Timestamp": stamp}))
    expected = {1_768_464_000_000 + 60_000 * minute for minute in range(23)}
    assert SqsDeadEvents(client, url).published() == expected
    assert SqsBacklog(client, url).count() == len(stamps)


def test_no_dead_events_are_told_apart_from_unseen_ones(queue: tuple[Any, str]) -> None:
    client, url = queue
    assert SqsDeadEvents(client, url).published() == set()
    client.send_message(QueueUrl=url, MessageBody="x")
    client.receive_message(QueueUrl=url, VisibilityTimeout=30)
    assert SqsDeadEvents(client, url).published() is None
