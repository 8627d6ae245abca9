"""What becomes of the address index when a member is erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ariia.domain.members.address_index import AddressRecord
from ariia.domain.members.erasure_mark import ErasureMark


def leave_mark(records: Iterable[AddressRecord], mark: ErasureMark) -> list[AddressRecord]:
    """Puts the mark on the records, in place, and takes out what was said about the person: the proof of an opt-out,
    and, where nobody else has the address, the note of a suppression. The records whose suppression changed so."""
    changed = []
    for record in records:
        record.erasure = mark
        if record.withdrawal is not None:
            record.withdrawal = replace(record.withdrawal, proof={}, by=None)
        told = record.suppression
        if told is not None and not record.members and (told.note or told.by):
            record.suppression = replace(told, note=None, by=None)
            changed.append(record)
    return changed


def end_mark(record: AddressRecord, erasure_id: str) -> bool:
    """Notes, in place, that this erasure is over; False when the mark is another's or was ended before."""
    mark = record.erasure
    if mark is None or mark.id != erasure_id or mark.done:
        return False
    record.erasure = replace(mark, done=True)
    return True
