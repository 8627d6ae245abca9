"""Sender domains on DynamoDB. The registry rests in the same table under `domain#<domain>`, a key that no tenant id can
be, so that a domain and its registration change in one transaction."""

from __future__ import annotations

from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.models import SenderModel
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.domain.senders import SenderDomain
from ariia.ports.senders import SenderStore

CONDITION_FAILED = "ConditionalCheckFailed"


class DynamoSenders(SenderStore):
    """SenderStore over the senders table."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def get(self, tenant_id: str, domain: str) -> SenderDomain | None:
        model = _read(tenant_id, domain)
        return decode(SenderDomain, model.document) if model else None

    def list(self, tenant_id: str) -> list[SenderDomain]:
        return [decode(SenderDomain, model.document) for model in SenderModel.query(tenant_id, consistent_read=True)]

    def create(self, sender: SenderDomain) -> bool:
        free = SenderModel.tenant_id.does_not_exist() | (SenderModel.document == _registration(sender.tenant_id))
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(_registry_item(sender), condition=free)
                transaction.save(_item(sender, 1), condition=SenderModel.tenant_id.does_not_exist())
        except TransactWriteError as error:
            return _lost(error)
        sender.version = 1
        return True

    def save(self, sender: SenderDomain) -> bool:
        try:
            _item(sender, sender.version + 1).save(condition=SenderModel.version == sender.version)
        except PutError as error:
            return _failed(error)
        sender.version += 1
        return True

    def delete(self, sender: SenderDomain, *, release: bool) -> bool:
        unchanged = SenderModel.version == sender.version
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.delete(_item(sender, sender.version), condition=unchanged)
                if release:
                    owned = SenderModel.document == _registration(sender.tenant_id)
                    transaction.delete(_registry_item(sender), condition=owned)
        except TransactWriteError as error:
            return _lost(error)
        return True

    def owner(self, domain: str) -> str | None:
        model = _read(_registry_key(domain), domain)
        return str(model.document["owner"]) if model else None

    def release(self, domain: str, owner: str) -> bool:
        registry = SenderModel(_registry_key(domain), domain)
        owned = SenderModel.document == _registration(owner)
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.condition_check(SenderModel, owner, domain, SenderModel.tenant_id.does_not_exist())
                transaction.delete(registry, condition=owned)
        except TransactWriteError as error:
            return _lost(error)
        return True


def _read(hash_key: str, domain: str) -> SenderModel | None:
    try:
        return SenderModel.get(hash_key, domain, consistent_read=True)
    except SenderModel.DoesNotExist:
        return None


def _registry_key(domain: str) -> str:
    return f"domain#{domain}"


def _registration(tenant_id: str) -> dict[str, Any]:
    return {"owner": tenant_id}


def _registry_item(sender: SenderDomain) -> SenderModel:
    document = _registration(sender.tenant_id)
    return SenderModel(_registry_key(sender.domain), sender.domain, document=document, version=1)


def _item(sender: SenderDomain, version: int) -> SenderModel:
    document = {**encode(sender), "version": version}
    return SenderModel(sender.tenant_id, sender.domain, document=document, version=version)


def _failed(error: PutError | DeleteError) -> bool:
    if error.cause_response_code == "ConditionalCheckFailedException":
        return False
    raise error


def _lost(error: TransactWriteError) -> bool:
    codes = [reason.code for reason in error.cancellation_reasons if reason is not None]
    if CONDITION_FAILED in codes:
        return False
    raise TransientError("the sender domain could not be written: try again") from error
