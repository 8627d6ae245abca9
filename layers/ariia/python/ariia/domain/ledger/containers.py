"""The kinds of what is sent, and what follows from each.

A single message has a control record of its own, its container, whose id begins with `z` and a letter of its kind.
Campaign ids are ULIDs and begin with a digit up to the year 10889, so containers sort behind all of them and lists
leave them out by their key. Beside lists, only the counting of figures reads the id, as the ledger's stream has nothing
else; all others read `Dispatch.kind`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ariia.domain.identifiers import derived_id

FIRST_CONTAINER = "z"


class DispatchKind(StrEnum):
    """What is sent."""

    CAMPAIGN = "campaign"
    FOLLOW_UP = "follow_up"
    TEST = "test"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True)
class Traits:
    """What follows from a kind. `letter` of the container's id; `asks`: it goes to members who have not agreed yet, to
    ask whether they do; `counts_against_caps`: members have had one message more; `to_test_recipients`: its recipients
    are no members and rest beside it; `has_context`: its template may print what a conversation left behind;
    `obeys_tenant`: the tenant's quiet hours and caps hold for it."""

    letter: str = ""
    asks: bool = False
    counts_against_caps: bool = True
    to_test_recipients: bool = False
    has_context: bool = False
    obeys_tenant: bool = True


_TRAITS = {
    DispatchKind.CAMPAIGN: Traits(),
    DispatchKind.FOLLOW_UP: Traits("f", has_context=True),
    DispatchKind.TEST: Traits("t", counts_against_caps=False, to_test_recipients=True, obeys_tenant=False),
    DispatchKind.CONFIRMATION: Traits("c", asks=True, counts_against_caps=False),
}


def traits_of(kind: DispatchKind) -> Traits:
    """What follows from the kind."""
    return _TRAITS[kind]


def container_id(kind: DispatchKind, *parts: str) -> str:
    """The id of the container for what `parts` name: always the same one, so that preparing it again finds it."""
    letter = traits_of(kind).letter
    return f"{FIRST_CONTAINER}{letter}-{derived_id(letter, *parts)}"


def counted_under(tenant_id: str, dispatch_id: str) -> str | None:
    """The key that the figures of this id are counted under: a campaign's own, one for all follow-ups of a tenant, and
    None for other single messages, which count nowhere."""
    if not dispatch_id.startswith(FIRST_CONTAINER):
        return f"{tenant_id}#{dispatch_id}"
    is_follow_up = dispatch_id.startswith(f"{_follow_ups()}-")
    return follow_ups_key(tenant_id) if is_follow_up else None


def follow_ups_key(tenant_id: str) -> str:
    """What the figures of all follow-ups of a tenant are counted under."""
    return f"{tenant_id}#{_follow_ups()}"


def _follow_ups() -> str:
    return f"{FIRST_CONTAINER}{traits_of(DispatchKind.FOLLOW_UP).letter}"
