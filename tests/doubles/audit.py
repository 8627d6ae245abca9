"""The audit trail in memory."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

from ariia.domain.audit.entries import AuditEntry
from ariia.domain.audit.rows import by_subject, cut, is_redacted, redact_subject, row_id, row_of
from ariia.ports.audit import AuditPage, AuditTrail


class MemoryAudit(AuditTrail):
    """AuditTrail that forgets at exit."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._rows: dict[str, dict[str, list[AuditEntry]]] = {}

    def append(self, tenant_id: str, entries: Sequence[AuditEntry], token: str) -> None:
        if not entries:
            return
        with self._lock:
            self._rows.setdefault(tenant_id, {}).setdefault(row_id(entries[0].at, token), list(entries))

    def page(self, tenant_id: str, limit: int, after: str | None, since: int, until: int) -> AuditPage:
        with self._lock:
            rows = self._rows.get(tenant_id, {})
            wanted = [one for one in rows if row_id(since, "") <= one <= row_id(until, "~")]
            return AuditPage(*cut(((one, rows[one]) for one in _newest_first(wanted, after)), limit, after))

    def page_of_member(self, tenant_id: str, subject: str, limit: int, after: str | None) -> AuditPage:
        with self._lock:
            rows = {row: by_subject(all_).get(subject, []) for row, all_ in self._rows.get(tenant_id, {}).items()}
            wanted = [row for row, entries in rows.items() if entries]
            return AuditPage(*cut(((one, rows[one]) for one in _newest_first(wanted, after)), limit, after))

    def redact(self, tenant_id: str, subject: str, limit: int) -> int:
        with self._lock:
            rows = self._rows.get(tenant_id, {})
            open_ = [row for row, entries in rows.items() if not is_redacted(by_subject(entries).get(subject, []))]
            for row in open_[:limit]:
                rows[row] = redact_subject(rows[row], subject)
            return len(open_)


def _newest_first(rows: Sequence[str], after: str | None) -> list[str]:
    last = row_of(after)
    return sorted((one for one in rows if last is None or one <= last), reverse=True)
