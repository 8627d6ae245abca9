"""The question of the double opt-in: who is asked, what the link says, and when it still confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation_link import ConfirmationClaims
from ariia.domain.consent.double_opt_in import awaited
from ariia.domain.identifiers import derived_id
from ariia.domain.local_time import iso
from ariia.domain.members.consent_changes import note
from ariia.domain.members.member import Confirmation, Consent, ConsentStatus, Member
from ariia.domain.members.proof import DOUBLE_OPT_IN
from ariia.domain.revisits import Revisit, RevisitKind

SOURCE = "double_opt_in"
LINK_DAYS = 30
_LINK_MS = LINK_DAYS * 86_400_000
# Who signed up waits for the mail at once; days later it would only surprise them.
ASKED_FOR_MS = 72 * 3_600_000


@dataclass(frozen=True)
class ConfirmationRequest:
    """That `member_id` is to be asked at the address of this hash, for the consent said at `said_at`; `asked_at` is
    when that was wanted (both epoch ms). The same question has the same id, however often it is put."""

    member_id: str
    address: str
    said_at: int
    asked_at: int
    id: str

    def is_open(self, member: Member | None) -> bool:
        """True while the member still waits for just this question."""
        consent = awaited(member) if member is not None else None
        return (
            member is not None
            and consent is not None
            and consent.at == self.said_at
            and member.email_hash == self.address
        )


def request_to(member: Member, asked_at: int, again: str = "") -> ConfirmationRequest | None:
    """The question to this member, who waits; None when they don't. `again` tells a repetition from the first time."""
    consent, address = awaited(member), member.email_hash
    if consent is None or address is None:
        return None
    question = derived_id(SOURCE, member.tenant_id, member.id, address, str(consent.at), again)
    return ConfirmationRequest(member.id, address, consent.at, asked_at, question)


def looks_at(tenant_id: str, requests: Sequence[ConfirmationRequest]) -> Revisit:
    """The look that puts these questions of one tenant; the same for the same questions."""
    facts = {"requests": [vars(one) for one in requests]}
    return Revisit(RevisitKind.QUESTIONS, tenant_id, derived_id(*(one.id for one in requests)), facts)


class LinkState(StrEnum):
    """What a link can still do. `open`: confirm. `confirmed`: nothing, the consent holds. `expired`: it is too old.
    `void`: address or will have changed since."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    VOID = "void"


def link_state(claims: ConfirmationClaims, member: Member, withdrawal: Consent | None, now: int) -> LinkState:
    """What the link can do for the member as stored; `withdrawal` is the last opt-out of their address. No link
    outlives an opt-out that is newer than its question, whatever was granted since."""
    asked_at, consent = int(claims.asked_at), member.consent.get(Channel.EMAIL)
    if member.email_hash != claims.address or Channel.EMAIL in member.suppression or consent is None:
        return LinkState.VOID
    if consent.status is ConsentStatus.GRANTED:
        return LinkState.CONFIRMED
    if consent.status is ConsentStatus.DENIED or _has_left(member, withdrawal, asked_at):
        return LinkState.VOID
    return LinkState.OPEN if now < asked_at + _LINK_MS else LinkState.EXPIRED


def confirm(member: Member, claims: ConfirmationClaims, words: str, now: int) -> None:
    """Grants the consent that waited, with what shows it; `words` name the version of the texts. The address that asked
    is not kept: that the link was followed, which only this mailbox had, is the proof, and it needs no more data."""
    waited = member.consent[Channel.EMAIL]
    request = {"source": waited.source, "at": iso(waited.at), "by": waited.by, "proof": waited.proof or None}
    proof = {
        DOUBLE_OPT_IN: {"asked_at": iso(int(claims.asked_at)), "confirmed_at": iso(now), "text": words},
        "request": {name: value for name, value in request.items() if value is not None},
    }
    # A client's clock may have been ahead of ours by some seconds: what was confirmed is later than what it confirms.
    note(member, Channel.EMAIL, Consent(ConsentStatus.GRANTED, SOURCE, max(now, waited.at + 1), proof))
    member.confirmed = Confirmation(claims.address, now)


def _has_left(member: Member, withdrawal: Consent | None, since: int) -> bool:
    said_no = (
        one.at for one in member.consent_history if one.channel == Channel.EMAIL and one.status is ConsentStatus.DENIED
    )
    return max([*said_no, withdrawal.at if withdrawal else -1], default=-1) >= since
