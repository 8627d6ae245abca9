"""Double opt-in: consent to e-mail counts once the member followed a link that only their mailbox has got.

Everything that may grant consent passes these rules, and they only ever weaken: a grant becomes `pending`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.members.consent_changes import ConsentClaim, note
from ariia.domain.members.member import Confirmation, Consent, ConsentStatus, Member
from ariia.domain.members.proof import confirmed_at

_EMAIL = Channel.EMAIL


def concerns(before: Member | None, after: Member, claims: Mapping[Channel, ConsentClaim]) -> bool:
    """True when the rules may say anything about this change: from the stored member to the wanted one with its new
    fields, and to what is claimed of its consent."""
    claim = claims.get(_EMAIL)
    return (claim is not None and claim.status is not ConsentStatus.DENIED) or _has_moved(before, after)


def hold(
    before: Member | None, after: Member, claims: Mapping[Channel, ConsentClaim], now: int
) -> Mapping[Channel, ConsentClaim]:
    """The claims as they may count, and in place what becomes of the consent of a member whose address is a new one: a
    mailbox that never confirmed."""
    consent = after.consent.get(_EMAIL)
    if _has_moved(before, after) and consent is not None and _is_granted(after) and not has_confirmed(after):
        note(after, _EMAIL, replace(consent, status=ConsentStatus.PENDING))
    claim = claims.get(_EMAIL)
    if claim is None or not must_confirm(before, after, claim.status, claim.proof, now):
        return claims
    return {**claims, _EMAIL: replace(claim, status=ConsentStatus.PENDING)}


def must_confirm(
    before: Member | None, after: Member, status: ConsentStatus, proof: Mapping[str, Any], now: int
) -> bool:
    """True when this word waits for a confirmation: a grant from somebody whose consent does not hold at this address
    already, without a proof that they confirmed it elsewhere."""
    if status is not ConsentStatus.GRANTED or confirmed_at(proof, now) is not None:
        return False
    return before is None or not _is_granted(before) or before.email_hash != after.email_hash


def has_confirmed(member: Member) -> bool:
    """True when the member once confirmed the very address that they have."""
    return member.confirmed is not None and member.confirmed.address == member.email_hash


def remember(member: Member, proof: Mapping[str, Any], now: int) -> None:
    """Keeps that the member confirmed their address, where `proof`, which just came in, shows it and was taken over."""
    shown, consent = confirmed_at(proof, now), member.consent.get(_EMAIL)
    is_taken = consent is not None and _is_granted(member) and consent.proof == proof
    if shown is not None and is_taken and member.email_hash is not None and not has_confirmed(member):
        member.confirmed = Confirmation(member.email_hash, shown)


def is_to_be_asked(before: Member | None, after: Member) -> bool:
    """True when this change makes the member wait for a confirmation that nobody has asked them for."""
    waits = awaited(after)
    return waits is not None and (before is None or awaited(before) != waits or before.email_hash != after.email_hash)


def awaited(member: Member) -> Consent | None:
    """The consent that waits for the member's confirmation; None when there is none, or no address to ask at."""
    consent = member.consent.get(_EMAIL)
    return consent if consent is not None and consent.status is ConsentStatus.PENDING and member.email else None


def _has_moved(before: Member | None, after: Member) -> bool:
    return before is not None and after.email_hash is not None and before.email_hash != after.email_hash


def _is_granted(member: Member) -> bool:
    consent = member.consent.get(_EMAIL)
    return consent is not None and consent.status is ConsentStatus.GRANTED
