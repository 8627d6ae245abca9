"""What stays where an erased member was: enough to keep them out, nothing that says who they were."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.errors import Problem
from ariia.domain.members.member import Consent, ConsentStatus, Member

# What an import adds to a consent by itself is where it came from, and shows nothing.
ORIGIN_FIELDS = frozenset({"import", "line"})


@dataclass(frozen=True)
class ErasureMark:
    """On the hash of an id or of an address: erased at `at` (epoch ms) by the erasure `id`, which may still go on."""

    id: str
    at: int
    done: bool = False


def is_proven(consent: Consent) -> bool:
    """True when something shows the consent beside the place that it came from."""
    return bool(consent.proof.keys() - ORIGIN_FIELDS)


def refusal_after_erasure(member: Member, mark: ErasureMark | None) -> Problem | None:
    """Why an erased person may not be stored again; None when they came back by themselves: with a consent, given after
    the erasure, that something shows."""
    if mark is None:
        return None
    allowed = "once the erasure is over, a consent with proof that was given after it"
    if mark.done and any(_came_back(consent, mark) for consent in member.consent.values()):
        return None
    said = "was erased at their own wish" if mark.done else "is being erased"
    return Problem("consent", f"this person {said}", allowed=allowed)


def _came_back(consent: Consent, mark: ErasureMark) -> bool:
    return consent.status is not ConsentStatus.DENIED and consent.at > mark.at and is_proven(consent)
