"""What the id of a control record tells: a campaign's own, or the kind of a single message."""

from __future__ import annotations

from enum import StrEnum

from ariia.domain.identifiers import derived_id

FIRST_CONTAINER = "z"


class SingleKind(StrEnum):
    """What a single message is; part of its container's id."""

    FOLLOW_UP = "f"
    TEST = "t"
    CONFIRMATION = "c"


def container_id(kind: SingleKind, *parts: str) -> str:
    """The id of the container for what `parts` name: always the same one, so that preparing it again finds it."""
    return f"{FIRST_CONTAINER}{kind}-{derived_id(kind, *parts)}"


def kind_of(campaign_id: str) -> SingleKind | None:
    """What kind of single message this id belongs to; None for a campaign's."""
    known = campaign_id[:1] == FIRST_CONTAINER and campaign_id[2:3] == "-" and campaign_id[1:2] in set(SingleKind)
    return SingleKind(campaign_id[1]) if known else None


def is_confirmation(campaign_id: str) -> bool:
    """True for the container of a double opt-in's question, which goes to those who have not agreed yet."""
    return kind_of(campaign_id) is SingleKind.CONFIRMATION


def counted_under(tenant_id: str, campaign_id: str) -> str | None:
    """The campaign key that the figures of this id are counted under: a campaign's own, one for all follow-ups of a
    tenant, and None for test sends and confirmations, which count nowhere."""
    kind = kind_of(campaign_id)
    if kind is None:
        return f"{tenant_id}#{campaign_id}"
    return follow_ups_key(tenant_id) if kind is SingleKind.FOLLOW_UP else None


def follow_ups_key(tenant_id: str) -> str:
    """What the figures of all follow-ups of a tenant are counted under."""
    return f"{tenant_id}#{FIRST_CONTAINER}{SingleKind.FOLLOW_UP}"
