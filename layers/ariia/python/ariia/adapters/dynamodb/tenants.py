"""Tenants on DynamoDB. Sixteen directory items beside them name all ids, so that listing them needs no scan; a tenant
and its place in the directory are written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.audit import audit_items
from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit
from ariia.adapters.dynamodb.models import TenantModel
from ariia.domain.audit.entries import AuditEntry
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.domain.identifiers import shard_of
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.tenants import TenantStore

# An id has 64 characters at most and an item 400 KB: room for 90,000 tenants at least.
_DIRECTORIES = 16
_TRIES = 5


class DynamoTenants(TenantStore):
    """TenantStore over the tenants table."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def get(self, tenant_id: str) -> Tenant | None:
        model = _read(tenant_id)
        return decode(Tenant, model.document) if model else None

    def create(self, tenant: Tenant) -> bool:
        for _ in range(_TRIES):
            directory = _directory_with(tenant.id)
            new = TenantModel.tenant_id.does_not_exist()
            unchanged = TenantModel.version == directory.version - 1
            try:
                with TransactWrite(connection=self._connection) as transaction:
                    transaction.save(_item(tenant, 1), condition=new)
                    transaction.save(directory, condition=unchanged if directory.version > 1 else new)
            except TransactWriteError as error:
                if _is_taken(error):
                    return False
                continue
            tenant.version = 1
            return True
        raise TransientError("the tenant could not be written: try again")

    def save(self, tenant: Tenant, noted: Sequence[AuditEntry] = ()) -> bool:
        item = _item(tenant, tenant.version + 1)
        rows = audit_items(tenant.id, noted, f"settings-{tenant.version + 1}")

        def add(transaction: TransactWrite) -> None:
            transaction.save(item, condition=TenantModel.version == tenant.version)
            for row in rows:
                transaction.save(row)

        if not commit(self._connection, add):
            return False
        tenant.version += 1
        return True

    def page(self, limit: int, after: str | None) -> list[Tenant]:
        """See TenantStore; the order is that of the ids."""
        directories = TenantModel.batch_get([_directory(one) for one in range(_DIRECTORIES)], consistent_read=True)
        ids = sorted(one for item in directories for one in item.document["ids"] if after is None or one > after)[
            :limit
        ]
        found = {item.tenant_id: item for item in TenantModel.batch_get(ids, consistent_read=True)} if ids else {}
        return [decode(Tenant, found[one].document) for one in ids]


def _read(key: str) -> TenantModel | None:
    try:
        return TenantModel.get(key, consistent_read=True)
    except TenantModel.DoesNotExist:
        return None


def _item(tenant: Tenant, version: int) -> TenantModel:
    return TenantModel(tenant.id, document={**encode(tenant), "version": version}, version=version)


def _directory(number: int) -> str:
    # No tenant id can hold a #.
    return f"directory#{number}"


def _directory_with(tenant_id: str) -> TenantModel:
    key = _directory(shard_of(tenant_id, _DIRECTORIES))
    stored = _read(key)
    document: dict[str, Any] = stored.document if stored else {"ids": []}
    ids = sorted({*document["ids"], tenant_id})
    return TenantModel(key, document={"ids": ids}, version=(int(stored.version) if stored else 0) + 1)


def _is_taken(error: TransactWriteError) -> bool:
    first = error.cancellation_reasons[0] if error.cancellation_reasons else None
    return first is not None and first.code == "ConditionalCheckFailed"
