"""Holds the ledger against what the provider itself recorded, member by member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.providers.client import SentMessage

PARTS = ("pending", "sent", "failed", "bounced", "excluded")
_SENT = {"sent", "delivered", "opened", "clicked"}


def identity_breach(stats: Mapping[str, Any]) -> str | None:
    """What is wrong with the figures if targeted is not the sum of its parts; None when they add up."""
    total = sum(stats[part] for part in PARTS)
    if stats["targeted"] == total and all(stats[part] >= 0 for part in PARTS):
        return None
    return f"targeted {stats['targeted']} is not " + " + ".join(f"{stats[part]} {part}" for part in PARTS)


def expected_status(message: SentMessage) -> str:
    """The status that the provider's record of a message amounts to."""
    if message.status != "sent":
        return "failed"
    for kind, status in (("Click", "clicked"), ("Open", "opened")):
        if message.happened(kind):
            return status
    delivered = message.happened("Delivery")
    if any(one.kind == "Bounce" and not (one.transient and delivered) for one in message.events):
        return "bounced"
    return "delivered" if delivered else "sent"


def disagreements(recipients: Iterable[Mapping[str, Any]], messages: Iterable[SentMessage]) -> list[str]:
    """Every member about whom the ledger and the provider say different things."""
    by_member: dict[str, list[SentMessage]] = {}
    for message in messages:
        by_member.setdefault(message.tags.get("member", "?"), []).append(message)
    found = []
    for one in recipients:
        mine = by_member.pop(one["member_id"], [])
        if len(mine) > 1:
            found.append(f"{one['member_id']} has {len(mine)} messages")
        expected = expected_status(mine[-1]) if mine else None
        if expected is None and one["status"] not in ("excluded", "failed"):
            found.append(f"{one['member_id']} is {one['status']}, but the provider has no message")
        elif expected is not None and one["status"] != expected:
            found.append(f"{one['member_id']} is {one['status']}, but the provider says {expected}")
    found.extend(f"{member} has a message, but no place in the ledger" for member in by_member)
    return found


def wrong_figures(stats: Mapping[str, Any], recipients: Iterable[Mapping[str, Any]]) -> list[str]:
    """The figures that are not what counting the ledger gives."""
    counted: Counter[str] = Counter()
    for one in recipients:
        counted["targeted"] += 1
        counted["sent" if one["status"] in _SENT else one["status"]] += 1
        for kind in ("delivered", "opened", "clicked", "complained", "unsubscribed"):
            counted[kind] += one.get(f"{kind}_at") is not None
    names = ("targeted", *PARTS, "delivered", "opened", "clicked", "complained", "unsubscribed")
    return [f"{name}: {stats[name]} instead of {counted[name]}" for name in names if stats[name] != counted[name]]
