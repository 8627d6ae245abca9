"""The use of plans on DynamoDB: `claim#<feature>#<key>`, `month#<yyyy-mm>#<feature>` and `holding#<feature>` under the
tenant. A claim and the counts it moves are one transaction, so that no crash leaves them apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, put_if, read, rows
from ariia.adapters.dynamodb.models import QuotaModel
from ariia.domain.documents import decode, encode
from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.quota import Holding, MonthCount, QuotaClaim, count_changes
from ariia.ports.quotas import QuotaStore


class DynamoQuotas(QuotaStore):
    """QuotaStore over the quotas table."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def claim(self, tenant_id: str, feature: Feature, key: str) -> QuotaClaim | None:
        item = read(QuotaModel, tenant_id, _claim_row(feature, key))
        return decode(QuotaClaim, item.document) if item else None

    def count(self, tenant_id: str, feature: Feature, month: str) -> MonthCount:
        item = read(QuotaModel, tenant_id, _month_row(month, feature))
        return _count(item) if item else MonthCount()

    def counts(self, tenant_id: str, month: str) -> Mapping[Feature, MonthCount]:
        prefix = _month_row(month, "")
        found = rows(QuotaModel, tenant_id, QuotaModel.row.startswith(prefix))
        return {Feature(item.row.removeprefix(prefix)): _count(item) for item in found}

    def change(self, before: QuotaClaim | None, after: QuotaClaim, limit: int | None = None) -> bool:
        def add(transaction: TransactWrite) -> None:
            transaction.save(_claim_item(after), condition=_is_version(before.version if before else 0))
            for month, change in count_changes(before, after).items():
                item = QuotaModel(after.tenant_id, _month_row(month, after.feature))
                actions: list[Action] = [QuotaModel.taken.add(change.taken), QuotaModel.used.add(change.used)]
                transaction.update(item, actions=actions, condition=_has_room(change, limit))

        return commit(self._connection, add)

    def holding(self, tenant_id: str, feature: Feature) -> Holding:
        item = read(QuotaModel, tenant_id, _holding_row(feature))
        return Holding(item.document["pending"], int(item.version)) if item else Holding({})

    def save_holding(self, tenant_id: str, feature: Feature, holding: Holding) -> bool:
        version = holding.version + 1
        item = QuotaModel(
            tenant_id, _holding_row(feature), document={"pending": dict(holding.pending)}, version=version
        )
        if not put_if(item, _is_version(holding.version)):
            return False
        holding.version = version
        return True


def _has_room(change: MonthCount, limit: int | None) -> Condition | None:
    if limit is None or change.taken <= 0:
        return None
    room = QuotaModel.taken < limit
    return room | QuotaModel.taken.does_not_exist() if limit > 0 else room


def _is_version(version: int) -> Condition:
    return QuotaModel.version == version if version else QuotaModel.row.does_not_exist()


def _count(item: QuotaModel) -> MonthCount:
    return MonthCount(int(item.taken), int(item.used))


def _claim_item(claim: QuotaClaim) -> QuotaModel:
    expires_at = datetime.fromtimestamp(claim.expires_at / 1000, UTC)
    fields: dict[str, Any] = {"document": encode(claim), "version": claim.version, "expires_at": expires_at}
    return QuotaModel(claim.tenant_id, _claim_row(claim.feature, claim.key), **fields)


def _claim_row(feature: Feature, key: str) -> str:
    return f"claim#{feature}#{key}"


def _month_row(month: str, feature: str) -> str:
    return f"month#{month}#{feature}"


def _holding_row(feature: Feature) -> str:
    return f"holding#{feature}"
