"""Where templates rest."""

from __future__ import annotations

from typing import Protocol

from ariia.domain.channel import Channel
from ariia.domain.content.template import CampaignTemplate, TemplatePicture


class TemplateStore(Protocol):
    """Templates of a tenant. Storing one that `is_default` makes the former default of its type an ordinary template
    (with a new version) in the same transaction, and so its picture (an SVG; None = it has none) is stored with it."""

    def get(self, tenant_id: str, template_id: str) -> CampaignTemplate | None:
        """The template, strongly consistent; None when the tenant has no such template."""
        ...

    def picture(self, tenant_id: str, template_id: str) -> TemplatePicture | None:
        """The picture that was stored last; None when there is none."""
        ...

    def create(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        """Stores a new template with version 1; False when the id is taken."""
        ...

    def save(self, template: CampaignTemplate, picture: str | None = None) -> bool:
        """Stores the template if the stored version is its own, and raises `template.version` by one; False when
        somebody else was faster, and nothing is written then. A template's type never changes."""
        ...

    def delete(self, template: CampaignTemplate) -> bool:
        """Removes the template and its picture if the stored version is its own; else False."""
        ...

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[CampaignTemplate]:
        """Up to `limit` templates behind the id `after`, in the order of their ids; fewer = the end."""
        ...

    def default(self, tenant_id: str, kind: Channel) -> CampaignTemplate | None:
        """The tenant's default of this type; None when there is none."""
        ...
