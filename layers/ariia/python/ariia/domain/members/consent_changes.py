"""How a member's word on a channel changes: later instants win, and every change is kept as evidence (GDPR art. 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.members.member import Consent, ConsentChange, ConsentStatus, Member

MAX_HISTORY = 20


@dataclass(frozen=True)
class ConsentClaim:
    """What somebody else (`by`) says that a member said; `at` (epoch ms) is None where they don't know when, and
    `proof` is empty where nothing shows it."""

    status: ConsentStatus
    source: str
    at: int | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None

    def said_at(self, at: int, *, undated: bool = False) -> Consent:
        """The consent that this claim makes when it counts as said at `at` (epoch ms)."""
        return Consent(self.status, self.source, at, dict(self.proof), self.by, undated)

    def noted_at(self, now: int) -> Consent:
        """The same; what nobody can date counts as said at `now` (epoch ms), and says so."""
        return self.said_at(now, undated=True) if self.at is None else self.said_at(self.at)


def wins(new: Consent, old: Consent | None) -> bool:
    """True when `new` takes the place of `old`: it is later, or it denies at the very same instant. A consent that
    nobody can date loses against every no, which may have been said after it."""
    if old is None:
        return True
    denies, denied = new.status is ConsentStatus.DENIED, old.status is ConsentStatus.DENIED
    if denies != denied and (old if denies else new).undated:
        return denies
    return new.at > old.at if new.at != old.at else denies and not denied


def set_consent(member: Member, channel: Channel, new: Consent) -> bool:
    """Takes `new` over if it wins, and keeps it in the history; True when that changed the member."""
    if not wins(new, member.consent.get(channel)):
        return False
    note(member, channel, new)
    return True


def note(member: Member, channel: Channel, new: Consent) -> None:
    """Puts `new` in the place of what holds, whatever that is, and keeps it in the history."""
    member.consent[channel] = new
    entry = ConsentChange(channel.value, new.status, new.source, new.at)
    member.consent_history = [*member.consent_history, entry][-MAX_HISTORY:]


def withdraw(member: Member, channel: Channel, withdrawal: Consent) -> bool:
    """Takes the member's no over; True when that changed the member. Whoever said no before, or agreed later, stays as
    they are: a no that is said again is no new evidence."""
    present = member.consent.get(channel)
    if present is not None and present.status is ConsentStatus.DENIED:
        return False
    return set_consent(member, channel, withdrawal)


def take_imported_claim(
    member: Member, channel: Channel, claim: ConsentClaim, *, imported_at: int, withdrawal: Consent | None
) -> bool:
    """Applies what an import says about a channel; False when it was left out because the member said no.

    `withdrawal` is the last opt-out noted on the address itself, which may be later than the one that the member shows:
    a no that is said again is noted there alone. A dated claim follows the rule of the later instant. One without a
    date counts as said at `imported_at` (epoch ms), but never against a denial, and never to weaken a grant.
    """
    if withdrawal is not None:
        set_consent(member, channel, withdrawal)
    present = member.consent.get(channel)
    if claim.at is not None:
        set_consent(member, channel, claim.noted_at(imported_at))
        return claim.status is ConsentStatus.DENIED or not _says_no(member.consent.get(channel))
    if present is None or _strengthens(claim.status, present.status):
        set_consent(member, channel, claim.noted_at(imported_at))
        return True
    return claim.status is present.status or present.status is not ConsentStatus.DENIED


def _says_no(consent: Consent | None) -> bool:
    return consent is not None and consent.status is ConsentStatus.DENIED


def _strengthens(claimed: ConsentStatus, present: ConsentStatus) -> bool:
    """Without a date only two steps count: any word to a denial, and pending to granted."""
    if claimed is ConsentStatus.DENIED:
        return present is not ConsentStatus.DENIED
    return claimed is ConsentStatus.GRANTED and present is ConsentStatus.PENDING
