"""Tenants on DynamoDB."""

from __future__ import annotations

from pynamodb.exceptions import PutError

from ariia.adapters.dynamodb.models import TenantModel
from ariia.domain.documents import decode, encode
from ariia.domain.tenant import Tenant

CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoTenants:
    """TenantStore over the tenants table."""

    def get(self, tenant_id: str) -> Tenant | None:
        """See TenantStore."""
        try:
            return _tenant(TenantModel.get(tenant_id, consistent_read=True))
        except TenantModel.DoesNotExist:
            return None

    def create(self, tenant: Tenant) -> bool:
        """See TenantStore."""
        return self._put(tenant, None)

    def save(self, tenant: Tenant) -> bool:
        """See TenantStore."""
        return self._put(tenant, tenant.version)

    def page(self, limit: int, after: str | None) -> list[Tenant]:
        """See TenantStore. The order is that of the table's hash."""
        start = {"tenant_id": {"S": after}} if after else None
        return [_tenant(model) for model in TenantModel.scan(limit=limit, last_evaluated_key=start)]

    def _put(self, tenant: Tenant, stored: int | None) -> bool:
        version = (stored or 0) + 1
        condition = TenantModel.tenant_id.does_not_exist() if stored is None else TenantModel.version == stored
        document = {**encode(tenant), "version": version}
        try:
            TenantModel(tenant.id, document=document, version=version).save(condition=condition)
        except PutError as error:
            if error.cause_response_code == CONDITION_FAILED:
                return False
            raise
        tenant.version = version
        return True


def _tenant(model: TenantModel) -> Tenant:
    return decode(Tenant, model.document)
