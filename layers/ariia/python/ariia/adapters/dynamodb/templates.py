"""Templates on DynamoDB. Which one is the default rests in a row `default#<type>` (no template id can be one), so that
two requests can't make two defaults. Pictures rest under `tenant#pictures`, as lists of templates show none."""

from __future__ import annotations

from collections.abc import Callable

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from ariia.adapters.dynamodb.connection import process_connection
from ariia.adapters.dynamodb.documents import commit, read, rows
from ariia.adapters.dynamodb.models import TemplateModel
from ariia.domain.channel import Channel
from ariia.domain.content.template import TEMPLATE_TYPES, CampaignTemplate, TemplatePicture
from ariia.domain.documents import decode, encode
from ariia.domain.errors import TransientError
from ariia.ports.templates import TemplateStore

_POINTER_PREFIX = "default#"
_TRIES = 5

Write = Callable[[TransactWrite], None]


class DynamoTemplates(TemplateStore):
    """TemplateStore over the templates table."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or process_connection()

    def get(self, tenant_id: str, template_id: str) -> CampaignTemplate | None:
        model = read(TemplateModel, tenant_id, template_id)
        return decode(CampaignTemplate, model.document) if model else None

    def picture(self, tenant_id: str, template_id: str) -> TemplatePicture | None:
        model = read(TemplateModel, _pictures(tenant_id), template_id)
        return TemplatePicture(model.document["svg"], int(model.version)) if model else None

    def create(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        return self._write(template, 0, picture)

    def save(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        return self._write(template, template.version, picture)

    def delete(self, template: CampaignTemplate) -> bool:
        for _ in range(_TRIES):
            pointer = _pointer(template.tenant_id, template.type)

            def add(transaction: TransactWrite, pointer: TemplateModel | None = pointer) -> None:
                row = TemplateModel(template.tenant_id, template.id)
                transaction.delete(row, condition=TemplateModel.version == template.version)
                transaction.delete(TemplateModel(_pictures(template.tenant_id), template.id))
                if _points_to(pointer, template):
                    _clear(transaction, pointer)

            if commit(self._connection, add):
                return True
            if not self._is_stored(template, template.version):
                return False
        raise TransientError("the default template keeps changing; try again")

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[CampaignTemplate]:
        behind = TemplateModel.template_id > after if after else None
        found = rows(TemplateModel, tenant_id, behind, limit=limit + len(TEMPLATE_TYPES))
        templates = [model for model in found if not model.template_id.startswith(_POINTER_PREFIX)]
        return [decode(CampaignTemplate, model.document) for model in templates[:limit]]

    def default(self, tenant_id: str, kind: Channel) -> CampaignTemplate | None:
        pointer = _pointer(tenant_id, kind)
        return self.get(tenant_id, pointer.document["template_id"]) if pointer else None

    def _write(self, template: CampaignTemplate, stored: int, picture: str | None) -> bool:
        """Retries while only the default moved; a template that changed itself ends it."""
        for _ in range(_TRIES):
            pointer = _pointer(template.tenant_id, template.type)
            template.version = stored + 1
            if commit(self._connection, self._changes(template, stored, pointer, picture)):
                return True
            template.version = stored
            if not self._is_stored(template, stored):
                return False
        raise TransientError("the default template keeps changing; try again")

    def _changes(
        self, template: CampaignTemplate, stored: int, pointer: TemplateModel | None, picture: str | None
    ) -> Write:
        former = self._former_default(template, pointer)

        def add(transaction: TransactWrite) -> None:
            transaction.save(_item(template), condition=_is_version(stored))
            _put_picture(transaction, template, picture)
            if template.is_default and not _points_to(pointer, template):
                version = int(pointer.version) if pointer else 0
                transaction.save(_new_pointer(template, version + 1), condition=_is_version(version))
            if former is not None:
                transaction.save(_item(former), condition=_is_version(former.version - 1))
            if not template.is_default and _points_to(pointer, template):
                _clear(transaction, pointer)

        return add

    def _former_default(self, template: CampaignTemplate, pointer: TemplateModel | None) -> CampaignTemplate | None:
        if not template.is_default or pointer is None or _points_to(pointer, template):
            return None
        former = self.get(template.tenant_id, pointer.document["template_id"])
        if former is not None:
            former.is_default, former.version = False, former.version + 1
        return former

    def _is_stored(self, template: CampaignTemplate, version: int) -> bool:
        now = self.get(template.tenant_id, template.id)
        return (now.version if now else 0) == version


def _item(template: CampaignTemplate) -> TemplateModel:
    return TemplateModel(template.tenant_id, template.id, document=encode(template), version=template.version)


def _pictures(tenant_id: str) -> str:
    return f"{tenant_id}#pictures"


def _put_picture(transaction: TransactWrite, template: CampaignTemplate, picture: str | None) -> None:
    key = _pictures(template.tenant_id)
    if picture is None:
        transaction.delete(TemplateModel(key, template.id))
    else:
        transaction.save(TemplateModel(key, template.id, document={"svg": picture}, version=template.version))


def _is_version(version: int) -> Condition:
    return TemplateModel.version == version if version else TemplateModel.template_id.does_not_exist()


def _pointer(tenant_id: str, kind: Channel) -> TemplateModel | None:
    return read(TemplateModel, tenant_id, f"{_POINTER_PREFIX}{kind}")


def _new_pointer(template: CampaignTemplate, version: int) -> TemplateModel:
    row = f"{_POINTER_PREFIX}{template.type}"
    return TemplateModel(template.tenant_id, row, document={"template_id": template.id}, version=version)


def _points_to(pointer: TemplateModel | None, template: CampaignTemplate) -> bool:
    return pointer is not None and bool(pointer.document["template_id"] == template.id)


def _clear(transaction: TransactWrite, pointer: TemplateModel | None) -> None:
    if pointer is not None:
        row = TemplateModel(pointer.tenant_id, pointer.template_id)
        transaction.delete(row, condition=TemplateModel.version == pointer.version)
