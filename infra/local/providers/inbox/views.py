"""What the control API and the inbox show of messages, and how messages are found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.local.providers.ses.events.records import event_json, iso
from infra.local.providers.ses.sending.message import EventRecord, Message
from infra.local.providers.ses.simulator import Simulator
from infra.local.providers.ses.store import Call, Refusal

Json = dict[str, Any]
_THROTTLED = ("ACCOUNT_THROTTLED", "TooManyRequestsException")


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are wanted; empty parts want all."""

    tags: tuple[tuple[str, str], ...] = ()
    to: str = ""  # a whole address, any case
    text: str = ""  # part of an address, of the subject, or of a tag's value, any case

    def matches(self, message: Message) -> bool:
        """Whether this message is wanted."""
        if any(message.tags.get(name) != value for name, value in self.tags):
            return False
        if self.to and self.to.lower() not in (address.lower() for address in message.recipients):
            return False
        return not self.text or self._has_text(message)

    def _has_text(self, message: Message) -> bool:
        wanted = self.text.lower()
        texts = (*message.to, *message.cc, *message.bcc, *message.tags.values(), message.sender, message.subject)
        return any(wanted in text.lower() for text in texts)


def found(simulator: Simulator, wanted: MessageFilter, newest_first: bool = False) -> Iterator[Message]:
    """Messages that match, by number. Takes its list of messages at once, so that sending goes on meanwhile."""
    with simulator.lock:
        messages = list(simulator.store.messages)
    return filter(wanted.matches, reversed(messages) if newest_first else messages)


def status_of(message: Message) -> str:
    """`sent`, or why it never left: `rendering_failure`, `rejected`."""
    if message.rendering_failure is not None:
        return "rendering_failure"
    return "rejected" if message.rejected else "sent"


def message_summary(message: Message) -> Json:
    """A message without its bodies."""
    return {
        "number": message.number,
        "message_id": message.message_id,
        "at": iso(message.at),
        "from": message.sender,
        "to": list(message.to),
        "subject": message.subject,
        "tags": dict(message.tags),
        "configuration_set": message.configuration_set,
        "tenant_name": message.tenant_name,
        "operation": message.operation,
        "call_number": message.call_number,
        "status": status_of(message),
        "events": [_event_summary(record) for record in list(message.events)],
        "unsubscribes": [_unsubscribe_json(answer) for answer in list(message.unsubscribes)],
    }


def message_detail(message: Message) -> Json:
    """A message with everything that is known of it; `records` are the event records as SES publishes them."""
    return message_summary(message) | {
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": [{"name": name, "value": value} for name, value in message.headers],
        "html": message.html,
        "text": message.text,
        "data": dict(message.data),
        "rendering_failure": message.rendering_failure,
        "records": [event_json(message, record) for record in list(message.events)],
    }


def _event_summary(record: EventRecord) -> Json:
    return {
        "kind": record.kind,
        "at": iso(record.at),
        "recipient": record.recipient,
        "bot": record.detail.get("isBotEvent") == "Likely",
        "transient": record.detail.get("bounceType") == "Transient",
        "published": record.published,
        "lost": record.lost,
        "mailed_to": record.mailed_to,
    }


def feedback_json(message: Message, record: EventRecord) -> Json:
    """A bounce or complaint as SES mails it to the From address."""
    subject = "Delivery Status Notification (Failure)" if record.kind == "Bounce" else "Complaint"
    about = {"message_id": message.message_id, "kind": record.kind, "recipient": record.recipient}
    return {"to": record.mailed_to, "at": iso(record.at), "subject": f"{subject}: {message.subject}"} | about


def _unsubscribe_json(answer: Any) -> Json:
    return dataclasses.asdict(answer) | {"at": iso(answer.at)}


def call_json(call: Call) -> Json:
    """A send call."""
    return dataclasses.asdict(call) | {"at": iso(call.at)}


def refusal_json(refusal: Refusal) -> Json:
    """An entry that was not accepted."""
    fields = {item.name: getattr(refusal, item.name) for item in dataclasses.fields(refusal)}
    return fields | {"at": iso(refusal.at), "addresses": list(refusal.addresses), "tags": dict(refusal.tags)}


def summary(simulator: Simulator) -> Json:
    """The figures against which a run is checked."""
    with simulator.lock:
        store = simulator.store
        return {
            "accepted": len(store.messages),
            "sent": store.sent,
            "pairs": len(store.pairs),
            "doubled": [
                dict(zip(("tenant", "campaign", "member"), pair, strict=True))
                | {"message_ids": [message.message_id for message in messages]}
                for pair, messages in store.doubled()
            ],
            "events": {
                "occurred": dict(store.occurred),
                "published": dict(store.published),
                "lost": dict(store.lost),
                "given_up": dict(store.given_up),
            },
            "pending": simulator.happenings.pending,
            "throttled_entries": sum(store.refused_by_status[status] for status in _THROTTLED),
            "refused_entries": dict(store.refused_by_status),
            "calls": dict(store.calls_by_operation),
            "lost_responses": store.lost_responses,
            "feedback_mails": len(store.feedback),
            "unsubscribes": {name: store.unsubscribes[name] for name in ("posted", "succeeded")},
        }
