"""The rows of the ledger that figures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.ledger.batch import Entry
from ariia.domain.ledger.receipt import Receipt


@dataclass(frozen=True)
class CountedRow:
    """What a row holds that is counted: the entries of a batch, or a receipt; and of which lane it is."""

    lane: str
    content: Sequence[Entry] | Receipt
