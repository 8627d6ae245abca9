"""SES event records (Developer Guide, "Contents of event data that Amazon SES publishes to SNS") as our events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ariia.domain.batch import BatchKey
from ariia.domain.identifiers import is_id
from ariia.domain.provider_event import ProviderEvent
from ariia.domain.receipt import EventKind

_OUR_TAGS = ("tenant", "campaign", "batch", "attempt", "member")
_OBJECT_OF = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}

Detail = dict[str, Any]


class MalformedEventError(Exception):
    """The message is no SES event."""


def parse(message: dict[str, Any]) -> ProviderEvent | None:
    """The event; None when it is none of ours (a probe, a foreign message) or says nothing we keep. MalformedEventError
    when it is no SES event."""
    kind = _event_type(message)
    tags = {name: values[0] for name, values in message["mail"].get("tags", {}).items() if values}
    read = _READERS.get(kind)
    if read is None or not all(is_ours(name, tags) for name in _OUR_TAGS):
        return None
    fields = read(message.get(_OBJECT_OF.get(kind, kind.lower()), {}))
    if fields is None:
        return None
    return ProviderEvent(
        at=instant_of(message),
        batch=BatchKey.from_tag(tags["tenant"], tags["campaign"], tags["batch"]),
        attempt=int(tags["attempt"]),
        member_id=tags["member"],
        provider_id=str(message["mail"].get("messageId", "")),
        **fields,
    )


def is_ours(name: str, tags: dict[str, str]) -> bool:
    """True when the tag is there and holds what we write into it."""
    return name in tags and (name in ("batch", "attempt") or is_id(tags[name]))


def instant_of(message: dict[str, Any]) -> int:
    """When it happened, as the provider stamped it (epoch ms): the event's own time, else that of the send."""
    kind = _event_type(message)
    detail = message.get(_OBJECT_OF.get(kind, kind.lower()), {})
    stamp = detail.get("timestamp") or message["mail"]["timestamp"]
    return int(datetime.fromisoformat(stamp).timestamp() * 1000)


def _event_type(message: dict[str, Any]) -> str:
    kind = message.get("eventType") or message.get("notificationType")
    if not isinstance(kind, str) or not isinstance(message.get("mail"), dict):
        raise MalformedEventError("neither eventType nor mail")
    return kind


def _simple(kind: EventKind) -> Callable[[Detail], dict[str, Any] | None]:
    return lambda detail: {"kind": kind}


def _bounce(detail: Detail) -> dict[str, Any]:
    recipient = (detail.get("bouncedRecipients") or [{}])[0]
    permanent = detail.get("bounceType") == "Permanent"
    reason = f"{detail.get('bounceType')}/{detail.get('bounceSubType')}: {recipient.get('diagnosticCode', '')}"
    return {
        "kind": EventKind.BOUNCED if permanent else EventKind.SOFT_BOUNCED,
        "reason": reason.rstrip(": ")[:300],
        "address": recipient.get("emailAddress", ""),
    }


def _complaint(detail: Detail) -> dict[str, Any] | None:
    if detail.get("complaintFeedbackType") == "not-spam":
        return None
    recipient = (detail.get("complainedRecipients") or [{}])[0]
    return {"kind": EventKind.COMPLAINED, "address": recipient.get("emailAddress", "")}


def _engagement(human: EventKind, machine: EventKind) -> Callable[[Detail], dict[str, Any] | None]:
    def read(detail: Detail) -> dict[str, Any] | None:
        kind = machine if detail.get("isBotEvent") == "Likely" else human
        return {"kind": kind, "link": str(detail.get("link", ""))[:2_000]}

    return read


def _refusal(detail: Detail) -> dict[str, Any]:
    reason = detail.get("errorMessage") or detail.get("reason") or "rejected by the provider"
    return {"kind": None, "reason": str(reason)[:300]}


_READERS: dict[str, Callable[[Detail], dict[str, Any] | None]] = {
    "Send": _simple(EventKind.SENT),
    "Delivery": _simple(EventKind.DELIVERED),
    "DeliveryDelay": _simple(EventKind.DELAYED),
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Open": _engagement(EventKind.OPENED, EventKind.MACHINE_OPENED),
    "Click": _engagement(EventKind.CLICKED, EventKind.MACHINE_CLICKED),
    "Reject": _refusal,
    "Rendering Failure": _refusal,
}
