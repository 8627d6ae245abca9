"""The one place that decides whether a member may get a message on a channel. Every sender passes it."""

from __future__ import annotations

from enum import StrEnum

from ariia.domain.address import is_deliverable_email
from ariia.domain.channel import Channel
from ariia.domain.members.member import ConsentStatus, Member


class ExclusionReason(StrEnum):
    """Why a targeted member gets nothing (product page, recipients)."""

    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    FREQUENCY_CAP = "frequency_cap"
    QUOTA = "quota"
    DUPLICATE_ADDRESS = "duplicate_address"
    HOLDOUT = "holdout"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ERASED = "erased"
    NEEDS_DECISION = "needs_decision"
    GIVEN_UP = "given_up"


def refusal(member: Member | None, channel: Channel, *, asks: bool = False) -> ExclusionReason | None:
    """Why `member` may not be sent anything on `channel` now; None when they may. A missing row is an erased one.

    With `asks` the message is the question of a double opt-in: it goes to those whose consent waits for the answer, and
    to nobody else."""
    if member is None:
        return ExclusionReason.ERASED
    address = member.address(channel)
    if not address or (channel is Channel.EMAIL and not is_deliverable_email(address)):
        return ExclusionReason.NO_ADDRESS
    if channel in member.suppression:
        return ExclusionReason.SUPPRESSED
    consent = member.consent.get(channel)
    needed = ConsentStatus.PENDING if asks else ConsentStatus.GRANTED
    return None if consent is not None and consent.status is needed else ExclusionReason.NO_CONSENT
