"""Erasures over the members in memory."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.members.address_index import AddressKey, AddressRecord, addresses_of, id_key
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Member
from ariia.domain.privacy.address_marks import end_mark, leave_mark
from ariia.ports.erasures import ErasureStore
from tests.doubles.members.members import MemoryMembers


class MemoryErasures(ErasureStore):
    """ErasureStore; each call is one atomic step."""

    def __init__(self, members: MemoryMembers) -> None:
        self._members = members

    def marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        records = self._members.records
        found = {one: records.get(id_key(tenant_id, one)) for one in member_ids}
        return {one: record.erasure for one, record in found.items() if record and record.erasure}

    def cached_marks(self, tenant_id: str, member_ids: Sequence[str]) -> dict[str, ErasureMark]:
        """See ErasureMarks; nothing is kept here."""
        return self.marks(tenant_id, member_ids)

    def begin(
        self, tenant_id: str, member_id: str, member: Member | None, mark: ErasureMark, entry: AuditEntry
    ) -> bool:
        with self._members.lock:
            stored = self._members.rows.get((tenant_id, member_id))
            present = self.marks(tenant_id, [member_id]).get(member_id)
            goes_on = present is not None and not present.done and present.id != mark.id
            if goes_on or (stored.version if stored else 0) != (member.version if member else 0):
                return False
            keys = [id_key(tenant_id, member_id), *addresses_of(stored)]
            if stored is not None:
                self._members.take_out(stored)
            leave_mark([self._record(key) for key in keys], mark)
            self._members.note(tenant_id, [entry])
            return True

    def finish(self, keys: Sequence[AddressKey], erasure_id: str) -> None:
        with self._members.lock:
            for key in keys:
                record = deepcopy(self._record(key))
                if end_mark(record, erasure_id):
                    self._members.records[key] = record

    def _record(self, key: AddressKey) -> AddressRecord:
        return self._members.records.setdefault(key, AddressRecord(key))
