"""SES event records (Developer Guide, "Contents of event data that Amazon SES publishes to SNS") as our events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import Any

from ariia.domain.address import canonical
from ariia.domain.channel import Channel
from ariia.domain.identifiers import is_id
from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.provider_event import ProviderEvent
from ariia.domain.ledger.receipt import EventKind
from functions.record_events.fields import (
    MalformedEventError,
    first_text,
    instant,
    mapping,
    number,
    only_address,
    remark,
    text,
)

_OUR_TAGS = ("tenant", "campaign", "member", "batch", "attempt")
_IDS = _OUR_TAGS[:3]
_OBJECT_OF = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}
_RECIPIENTS_OF = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}
_REASON_CHARACTERS = 300
_LINK_CHARACTERS = 2_000

Detail = dict[str, Any]


@dataclass(frozen=True)
class SesEvent:
    """One event record. `at` is when it happened by SES's clock (epoch ms). `event` is None when it is none of ours (a
    probe, another's message) or says nothing we keep. `names_another` is True when a bounce or complaint reports
    another address than the one that was mailed."""

    at: int
    event: ProviderEvent | None = None
    names_another: bool = False


def looks_like_event(message: Any) -> bool:
    """True for what SES publishes of a message; its notices about the topic itself are none."""
    return isinstance(message, dict) and "mail" in message and ("eventType" in message or "notificationType" in message)


def parse(message: dict[str, Any], now: int) -> SesEvent:
    """The event record as read at `now` (epoch ms). Raises MalformedEventError when it can't be read."""
    kind = text(message.get("eventType") or message.get("notificationType"), "eventType")
    name = _OBJECT_OF.get(kind, kind.lower())
    mail, detail = mapping(message["mail"], "mail"), mapping(message.get(name), name)
    # Events without an instant of their own have that of the send.
    at = instant(detail.get("timestamp") or mail.get("timestamp"), "timestamp", now)
    tags, read = _our_tags(mail), _READERS.get(kind)
    fields = read(detail) if read and tags else None
    if fields is None or tags is None:
        return SesEvent(at)
    event = ProviderEvent(
        at=at,
        batch=_batch(tags),
        attempt=number(tags["attempt"], "mail.tags.attempt"),
        member_id=tags["member"],
        provider_id=remark(mail.get("messageId"), _REASON_CHARACTERS),
        **fields,
    )
    if event.suppresses is None:
        return SesEvent(at, event)
    # What a bounce reports was written by the far end (RFC 3464, Final-Recipient); we know whom we mailed.
    address = only_address(mail.get("destination"), "mail.destination")
    reported = _first_recipient(detail, _RECIPIENTS_OF[kind]).get("emailAddress")
    return SesEvent(at, replace(event, address=address), _is_another(reported, address))


def _our_tags(mail: Detail) -> dict[str, str] | None:
    """What we write into every message; None when it is another's. A probe has no tags, which may be null."""
    tags = mapping(mail.get("tags"), "mail.tags")
    if not all(tags.get(name) for name in _OUR_TAGS):
        return None
    found = {name: first_text(tags[name], f"mail.tags.{name}") for name in _OUR_TAGS}
    return found if all(is_id(found[name]) for name in _IDS) else None


def _batch(tags: dict[str, str]) -> BatchKey:
    try:
        return BatchKey.from_tag(tags["tenant"], tags["campaign"], tags["batch"])
    except ValueError:
        raise MalformedEventError("mail.tags.batch names no batch") from None


def _first_recipient(detail: Detail, name: str) -> Detail:
    """A message of ours has one; empty where the list holds no object, as it only adds what may be of interest."""
    recipients = detail.get(name)
    first = recipients[0] if isinstance(recipients, list) and recipients else None
    return first if isinstance(first, dict) else {}


def _is_another(reported: Any, address: str) -> bool:
    named = parseaddr(reported)[1] if isinstance(reported, str) else ""
    return bool(named) and canonical(Channel.EMAIL, named) != canonical(Channel.EMAIL, address)


def _simple(kind: EventKind) -> Callable[[Detail], dict[str, Any] | None]:
    return lambda detail: {"kind": kind}


def _bounce(detail: Detail) -> dict[str, Any]:
    kind, diagnosis = text(detail.get("bounceType"), "bounce.bounceType"), _first_recipient(detail, "bouncedRecipients")
    subtype = remark(detail.get("bounceSubType"), _REASON_CHARACTERS) or None
    reason = f"{kind}/{subtype}: {remark(diagnosis.get('diagnosticCode'), _REASON_CHARACTERS)}"
    return {
        "kind": EventKind.BOUNCED if kind == "Permanent" else EventKind.SOFT_BOUNCED,
        "reason": remark(reason.rstrip(": "), _REASON_CHARACTERS),
    }


def _complaint(detail: Detail) -> dict[str, Any] | None:
    return None if detail.get("complaintFeedbackType") == "not-spam" else {"kind": EventKind.COMPLAINED}


def _engagement(human: EventKind, machine: EventKind) -> Callable[[Detail], dict[str, Any] | None]:
    def read(detail: Detail) -> dict[str, Any] | None:
        kind = machine if detail.get("isBotEvent") == "Likely" else human
        return {"kind": kind, "link": remark(detail.get("link"), _LINK_CHARACTERS)}

    return read


def _refusal(detail: Detail) -> dict[str, Any]:
    said = [remark(detail.get(name), _REASON_CHARACTERS) for name in ("errorMessage", "reason")]
    return {"kind": None, "reason": next(filter(None, said), "rejected by the provider")}


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
