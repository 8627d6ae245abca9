"""What stays of a member in the ledger: an entry that counts as before and is nobody's any more."""

from __future__ import annotations

from dataclasses import replace

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Entry, EntryState

# What an id is made of keeps it below 64 letters, and in the neighbourhood of its page: who reads the receipts of a
# batch reads from its first id to its last.
_PAGE_LETTERS = 16
_WAITING = (ExclusionReason.NEEDS_DECISION,)


def anonymous_id(page: str, token: str) -> str:
    """An id in place of an erased member's, from the name of the page and 32 random letters: nothing tells which two
    belong together."""
    return f"{page[:_PAGE_LETTERS]}-erased-{token[:32]}"


def anonymous(entry: Entry, replacement: str) -> Entry:
    """The entry under `replacement`. Who still waits, for a sender or for a decision, is excluded as `erased`; what the
    provider calls the message and its words about an error are left out, as both may lead to the person."""
    waits = entry.state is EntryState.EXCLUDED and entry.detail in _WAITING
    if entry.state is EntryState.PENDING or waits:
        return Entry(replacement, EntryState.EXCLUDED, str(ExclusionReason.ERASED), untracked=entry.untracked)
    detail = entry.detail if entry.state is EntryState.EXCLUDED else ""
    return replace(entry, member_id=replacement, detail=detail)
