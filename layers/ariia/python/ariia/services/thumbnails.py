"""Pictures of templates, for those that were given none: made when somebody looks, from the template as it is then."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.content.samples import sample_attributes, sample_members
from ariia.domain.content.variables import VariableValues
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.links import LinkClaims, sign, verify
from ariia.domain.template import CampaignTemplate
from ariia.domain.tenant import Tenant
from ariia.ports.signing import SigningKeys
from ariia.ports.templates import TemplateStore
from ariia.ports.tenants import TenantStore

from .template_drafts import template_draft

_PURPOSE = "thumbnail"


@dataclass(frozen=True)
class Thumbnail:
    """`is_final`: the address is of this very version, so the picture behind it never changes."""

    svg: str
    is_final: bool


class Thumbnails:
    """Signs the addresses, and draws what they stand for. The address is all that it takes to see the picture."""

    def __init__(self, keys: SigningKeys, templates: TemplateStore, tenants: TenantStore, base_url: str) -> None:
        self._keys, self._templates, self._tenants, self._base_url = keys, templates, tenants, base_url

    def url_of(self, template: CampaignTemplate) -> str:
        """The template's own `thumbnail_url`, or the address of a picture of its present version."""
        if template.thumbnail_url:
            return template.thumbnail_url
        claims = LinkClaims(template.tenant_id, template.id, "", str(template.version), template.type)
        return f"{self._base_url}/t/{sign(self._keys.key(), _PURPOSE, claims)}"

    def show(self, token: str) -> Thumbnail:
        """The picture; NotFoundError for an address that we did not make, and for a template that is gone."""
        claims = verify(self._keys.key(), _PURPOSE, token)
        template = self._templates.get(claims.tenant_id, claims.campaign_id)
        tenant = self._tenants.get(claims.tenant_id)
        if template is None or tenant is None:
            raise NotFoundError("this template is not there any more")
        return Thumbnail(_drawn(template, tenant), is_final=str(template.version) == claims.message)


def _drawn(template: CampaignTemplate, tenant: Tenant) -> str:
    # Whoever only signs addresses needs neither of them.
    from ariia.domain.content.slots import compile_content
    from ariia.domain.content.thumbnail import thumbnail_svg

    draft = template_draft(template, tenant)
    member = sample_members()[0]
    try:
        given = VariableValues(draft.variables, {}).of(sample_attributes(draft.variables))
        html = draft.html.html if template.type is Channel.EMAIL else ""
        compiled = compile_content("", html, None if html else draft.html.html)
        message = compiled.full_render({**draft.sample_values(), **given, "member": member})
    except InvalidError:
        # Saved content renders for sample members; what was stored before a rule became stricter may not.
        return thumbnail_svg("", template.name)
    return thumbnail_svg(message.html, message.text)
