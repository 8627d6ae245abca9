"""Templates in memory."""

from __future__ import annotations

from copy import deepcopy
from threading import RLock

from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate, TemplatePicture
from ariia.ports.templates import TemplateStore


class MemoryTemplates(TemplateStore):
    """TemplateStore that forgets at exit."""

    def __init__(self) -> None:
        self._templates: dict[tuple[str, str], CampaignTemplate] = {}
        self._pictures: dict[tuple[str, str], TemplatePicture] = {}
        self._lock = RLock()

    def get(self, tenant_id: str, template_id: str) -> CampaignTemplate | None:
        return deepcopy(self._templates.get((tenant_id, template_id)))

    def picture(self, tenant_id: str, template_id: str) -> TemplatePicture | None:
        return self._pictures.get((tenant_id, template_id))

    def create(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        with self._lock:
            if (template.tenant_id, template.id) in self._templates:
                return False
            template.version = 1
            self._write(template, picture)
            return True

    def save(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        with self._lock:
            if not self._is_unchanged(template):
                return False
            template.version += 1
            self._write(template, picture)
            return True

    def delete(self, template: CampaignTemplate) -> bool:
        with self._lock:
            if not self._is_unchanged(template):
                return False
            del self._templates[template.tenant_id, template.id]
            self._pictures.pop((template.tenant_id, template.id), None)
            return True

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[CampaignTemplate]:
        ids = sorted(key[1] for key in self._templates if key[0] == tenant_id and (after is None or key[1] > after))
        return [deepcopy(self._templates[tenant_id, one]) for one in ids[:limit]]

    def default(self, tenant_id: str, kind: Channel) -> CampaignTemplate | None:
        mine = (one for one in self._templates.values() if one.tenant_id == tenant_id and one.type is kind)
        return deepcopy(next((one for one in mine if one.is_default), None))

    def _write(self, template: CampaignTemplate, picture: str | None) -> None:
        self._pictures.pop((template.tenant_id, template.id), None)
        if picture is not None:
            self._pictures[template.tenant_id, template.id] = TemplatePicture(picture, template.version)
        former = self.default(template.tenant_id, template.type) if template.is_default else None
        if former is not None and former.id != template.id:
            former.is_default, former.version = False, former.version + 1
            self._templates[former.tenant_id, former.id] = former
        self._templates[template.tenant_id, template.id] = deepcopy(template)

    def _is_unchanged(self, template: CampaignTemplate) -> bool:
        stored = self._templates.get((template.tenant_id, template.id))
        return stored is not None and stored.version == template.version
