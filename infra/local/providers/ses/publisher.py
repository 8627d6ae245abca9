"""Publishes event records to SNS in the background, up to ten at a time. Order is not kept, as with SES."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

SUBJECT = "Amazon SES Email Event Notification"
# What SES publishes, without a subject, when a topic becomes an event destination, and again whenever that is changed;
# as received in https://github.com/ope-tech/laravel-ses/issues/10.
TOPIC_NOTICE = "Successfully validated SNS topic for Amazon SES event publishing."
BATCH = 10  # the most that PublishBatch takes
MAX_BATCH_BYTES = 250_000  # SNS takes 256 KB a batch
_PAUSES = (0.1, 0.3, 1.0, 3.0, 5.0)  # seconds before each further attempt


class Topics(Protocol):
    """What the publisher needs of boto3's SNS client."""

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """SNS PublishBatch: takes TopicArn and PublishBatchRequestEntries."""
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """One event record or notice on its way to a topic; `done` is told whether SNS took it."""

    topic_arn: str
    body: str
    done: Callable[[bool], None]
    subject: str | None = SUBJECT


def topic_notice(topic_arn: str) -> Publication:
    """SES's notice that it publishes to the topic from now on."""
    return Publication(topic_arn, TOPIC_NOTICE, lambda taken: None, subject=None)


class Publisher:
    """A queue of publications and the threads that empty it."""

    def __init__(self, topics: Topics, threads: int = 2) -> None:
        self._topics = topics
        self._queue: queue.Queue[Publication | None] = queue.Queue()
        self._numbers = itertools.count(1)
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, name="publisher", daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def publish(self, publication: Publication) -> None:
        """Hands over one event record; returns at once."""
        self._queue.put(publication)

    @property
    def pending(self) -> int:
        """Event records that SNS has not answered for."""
        return self._queue.unfinished_tasks

    def stop(self, seconds: float = 3.0) -> None:
        """Publishes what is queued for at most that long, then ends the threads."""
        deadline = time.monotonic() + seconds
        while self.pending and time.monotonic() < deadline:
            time.sleep(0.02)
        self._stopping.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = self._batch(first)
            by_topic: dict[str, list[Publication]] = {}
            for publication in batch:
                by_topic.setdefault(publication.topic_arn, []).append(publication)
            for topic_arn, publications in by_topic.items():
                self._deliver(topic_arn, publications)
            for _ in batch:
                self._queue.task_done()

    def _batch(self, first: Publication) -> list[Publication]:
        batch, size = [first], len(first.body.encode())
        while len(batch) < BATCH and size < MAX_BATCH_BYTES // 2:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            batch.append(following)
            size += len(following.body.encode())
        return batch

    def _deliver(self, topic_arn: str, publications: list[Publication]) -> None:
        """Tries a few times, as SES does; what SNS then still refuses is given up."""
        left = publications
        for pause in (*_PAUSES, None):
            left = self._attempt(topic_arn, left)
            if not left or pause is None or self._stopping.wait(pause):
                break
        for publication in left:
            publication.done(False)

    def _attempt(self, topic_arn: str, publications: list[Publication]) -> list[Publication]:
        """Publishes once and gives back what SNS did not take."""
        by_id = {str(next(self._numbers)): publication for publication in publications}
        entries = [_entry(key, item) for key, item in by_id.items()]
        try:
            answer = self._topics.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        except Exception as error:  # whatever boto3 raises: the endpoint may be starting or stopping
            print(f"SNS did not take {len(entries)} events: {error}", file=sys.stderr, flush=True)
            return publications
        failed = {entry["Id"] for entry in answer.get("Failed", ())}
        for key, publication in by_id.items():
            if key not in failed:
                publication.done(True)
        return [publication for key, publication in by_id.items() if key in failed]


def _entry(key: str, publication: Publication) -> dict[str, str]:
    subject = {} if publication.subject is None else {"Subject": publication.subject}
    return {"Id": key, "Message": publication.body, **subject}
