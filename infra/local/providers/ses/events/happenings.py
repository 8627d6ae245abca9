"""What becomes of an accepted message: steps fall due, are recorded on it, and are published."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from infra.local.providers.ses.account import Account
from infra.local.providers.ses.events.behaviour import Step, steps_of
from infra.local.providers.ses.events.details import detail_of
from infra.local.providers.ses.events.one_click import unsubscribe
from infra.local.providers.ses.events.records import event_json
from infra.local.providers.ses.publisher import Publication, Publisher, topic_notice
from infra.local.providers.ses.sending.addresses import bare_address
from infra.local.providers.ses.sending.message import EventRecord, Message
from infra.local.providers.ses.settings import Settings
from infra.local.providers.timeline import Timeline

# By the end of a configuration set's name: the kinds that it does not track.
UNTRACKED = {"untracked": ("Open", "Click"), "opens": ("Click",), "clicks": ("Open",)}
_SEND = Step("Send", "", "send")
_RENDERING_FAILURE = Step("Rendering Failure", "", "rendering_failure")


def can_happen(message: Message, kind: str) -> bool:
    """Whether this may become an event: a message that was not rendered has its failure only."""
    if message.rendering_failure is not None:
        return kind == "Rendering Failure"
    return is_tracked(message, kind)


def is_tracked(message: Message, kind: str) -> bool:
    """Whether SES learns of this kind of event: opens need the pixel in an HTML part, clicks rewritten links.

    The request's override goes before the configuration set; sets named `…-untracked` track neither, `…-opens` and
    `…-clicks` one of both.
    """
    if kind not in ("Open", "Click"):
        return True
    if not message.content.html.source:
        return False
    override = message.tracking.get(kind.lower())
    if override is not None:
        return override
    name = message.configuration_set
    return name is not None and kind not in UNTRACKED.get(name.rpartition("-")[2], ())


class Happenings:
    """Schedules, records and publishes events."""

    def __init__(self, account: Account, publisher: Publisher, failed: Callable[[Exception], None]) -> None:
        self._account = account
        self._publisher = publisher
        self._random = random.Random(account.settings.seed)
        self._timeline = Timeline(failed)
        self._posts = ThreadPoolExecutor(max_workers=4, thread_name_prefix="one-click")
        self._posting = 0
        self._held: list[tuple[Message, EventRecord]] = []

    def accepted(self, message: Message) -> None:
        """Starts the life of a message."""
        settings = self._account.settings
        # One factor for the message, so that effects never come before their causes.
        factor = (1 + settings.delay_jitter * self._random.uniform(-1, 1)) / 1000
        self._timeline.schedule(
            (getattr(settings.delays, step.delay) * factor, partial(self._happen, message, step, recipient))
            for step, recipient in self._life_of(message)
        )

    def act(self, message: Message, step: Step) -> EventRecord | None:
        """Makes one thing happen now to the first recipient; None when SES would not learn of it."""
        return self._happen(message, step, message.recipients[0])

    def replay(self, message: Message) -> int:
        """Publishes all events of a message again; gives their number."""
        with self._account.lock:
            for record in message.events:
                self._publish(message, record)
            return len(message.events)

    def announce(self, topic_arn: str) -> None:
        """Publishes SES's notice that the topic became an event destination."""
        self._publisher.publish(topic_notice(topic_arn))

    def publish_held(self) -> None:
        """Publishes what was waiting for a topic."""
        with self._account.lock:
            held, self._held = self._held, []
            for message, record in held:
                self._publish(message, record)

    def reseed(self, seed: int) -> None:
        """Starts the generator of delays and losses anew."""
        self._random.seed(seed)

    @property
    def pending(self) -> int:
        """Steps, publications and one-click requests that have not ended; held events count too."""
        with self._account.lock:
            return self._timeline.pending + self._publisher.pending + self._posting + len(self._held)

    def clear(self) -> None:
        """Forgets what has not happened yet."""
        self._timeline.clear()
        with self._account.lock:
            self._held.clear()

    def stop(self) -> None:
        """Publishes what already happened; what is not due yet never does."""
        self._timeline.stop()
        self._posts.shutdown(wait=False, cancel_futures=True)
        self._publisher.stop()

    def _life_of(self, message: Message) -> list[tuple[Step, str]]:
        recipients = message.recipients
        if message.rendering_failure is not None:
            return [(_RENDERING_FAILURE, recipients[0])]
        life = [(_SEND, recipients[0])]
        for recipient in recipients:
            life += [(step, recipient) for step in steps_of(recipient) if is_tracked(message, step.kind)]
        return life

    def _happen(self, message: Message, step: Step, recipient: str) -> EventRecord | None:
        if step.kind == "Unsubscribe":
            with self._account.lock:
                self._posting += 1
            self._posts.submit(self._unsubscribe, message)
            return None
        at = time.time()
        with self._account.lock:
            if message.message_id not in self._account.store.by_id or not can_happen(message, step.kind):
                return None
            detail = detail_of(message, step, recipient, at)
            if detail is None:
                return None
            record = EventRecord(len(message.events) + 1, step.kind, at, recipient, detail)
            if self._is_mailed(message, step.kind):
                record.mailed_to = bare_address(message.sender)
            self._account.store.happened(message, record)
            self._publish(message, record)
            return record

    def _is_mailed(self, message: Message, kind: str) -> bool:
        """What SES hears of by no event destination is mailed even if it was told not to:
        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityFeedbackAttributes.html"""
        is_unheard = message.configuration_set is None
        return kind in ("Bounce", "Complaint") and (
            is_unheard or self._account.identities.mails_feedback(message.sender)
        )

    def _unsubscribe(self, message: Message) -> None:
        try:
            answer = unsubscribe(message, time.time())
            with self._account.lock:
                self._account.store.answered(message, answer)
        finally:
            with self._account.lock:
                self._posting -= 1

    def _publish(self, message: Message, record: EventRecord) -> None:
        """SES publishes only for messages with a configuration set. The settings may lose, double or delay it."""
        if message.configuration_set is None:
            return
        settings = self._account.settings
        topic_arn = settings.topic_arn
        if topic_arn is None:
            self._held.append((message, record))
            return
        if self._random.random() < settings.event_loss_rate:
            record.lost = True
            self._account.store.lost[record.kind] += 1
            return
        copies = 2 if self._random.random() < settings.event_duplicate_rate else 1
        body = json.dumps(event_json(message, record), ensure_ascii=False, separators=(",", ":"))
        for _ in range(copies):
            self._hand_over(Publication(topic_arn, body, partial(self._published, record)), settings)

    def _hand_over(self, publication: Publication, settings: Settings) -> None:
        if settings.reorder_milliseconds == 0:
            self._publisher.publish(publication)
            return
        delay = self._random.uniform(0, settings.reorder_milliseconds) / 1000
        self._timeline.schedule([(delay, partial(self._publisher.publish, publication))])

    def _published(self, record: EventRecord, taken: bool) -> None:
        with self._account.lock:
            if taken:
                record.published += 1
            (self._account.store.published if taken else self._account.store.given_up)[record.kind] += 1
