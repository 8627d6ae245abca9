"""The audit trail on DynamoDB: `tenant#<month>` lists everything, `tenant#<subject>` what is about one member, and
`tenant#<hash>` what is about an address and no member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, put_if, read, rows
from ariia.adapters.dynamodb.models import AuditModel
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.audit.rows import (
    Row,
    by_subject,
    cut,
    is_redacted,
    month_of,
    months_back,
    redact_subject,
    row_id,
    row_of,
)
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.ports.audit import AuditPage, AuditTrail

_TRIES = 5


def audit_items(tenant_id: str, entries: Sequence[AuditEntry], token: str) -> list[AuditModel]:
    """What a transaction has to add so that `entries` are in the trail; `token` tells the write from all others."""
    if not entries:
        return []
    row = row_id(entries[0].at, token)
    lists = {f"{tenant_id}#{month_of(row)}": list(entries)}
    lists |= {f"{tenant_id}#{subject}": own for subject, own in by_subject(entries).items()}
    return [_item(key, row, own, 1) for key, own in lists.items()]


class DynamoAudit(AuditTrail):
    """AuditTrail over the audit table."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def append(self, tenant_id: str, entries: Sequence[AuditEntry], token: str) -> None:
        def add(transaction: TransactWrite) -> None:
            for item in audit_items(tenant_id, entries, token):
                transaction.save(item)

        if entries and not commit(self._connection, add):
            raise TransientError("the audit trail could not be written; try again")

    def page(self, tenant_id: str, limit: int, after: str | None, since: int, until: int) -> AuditPage:
        # Nothing is later than now: a place that says so would be looked for in months that are to come.
        newest = row_id(until, "~")
        first, last = row_id(since, ""), min(row_of(after) or newest, newest)
        if last < first:
            return AuditPage([], None)
        parts = (_rows(f"{tenant_id}#{month}", first, last, limit) for month in months_back(since, int(last[:13])))
        return AuditPage(*cut(chain.from_iterable(parts), limit, after))

    def page_of_member(self, tenant_id: str, subject: str, limit: int, after: str | None) -> AuditPage:
        last = row_of(after) or "~"
        return AuditPage(*cut(_rows(f"{tenant_id}#{subject}", "0", last, limit), limit, after))

    def redact(self, tenant_id: str, subject: str, limit: int) -> int:
        own = rows(AuditModel, f"{tenant_id}#{subject}", None)
        unredacted = [item for item in own if not is_redacted(_entries(item))]
        for item in unredacted[:limit]:
            self._redact(tenant_id, subject, item)
        return len(unredacted)

    def _redact(self, tenant_id: str, subject: str, own: AuditModel) -> None:
        """The tenant's row first: the member's own is what tells us that there is one."""
        for key in (f"{tenant_id}#{month_of(own.row)}", own.audit_key):
            _rewrite(key, own.row, subject)


def _rewrite(key: str, row: str, subject: str) -> None:
    for _ in range(_TRIES):
        item = read(AuditModel, key, row)
        if item is None:
            return
        version = int(item.version)
        redacted = _item(key, row, redact_subject(_entries(item), subject), version + 1)
        if put_if(redacted, AuditModel.version == version):
            return
    raise TransientError("another erasure rewrites the same entries; try again")


def _rows(key: str, first: str, last: str, limit: int) -> Iterator[Row]:
    found = AuditModel.query(
        key,
        AuditModel.row.between(first, last),
        scan_index_forward=False,
        page_size=limit + 1,
        consistent_read=True,
    )
    return ((item.row, _entries(item)) for item in found)


def _entries(item: AuditModel) -> list[AuditEntry]:
    return [decode(AuditEntry, one) for one in item.document["entries"]]


def _item(key: str, row: str, entries: Sequence[AuditEntry], version: int) -> AuditModel:
    return AuditModel(key, row, document={"entries": [encode(one) for one in entries]}, version=version)
