"""Pictures of templates, for those that were given none: drawn when a template is stored, for a sample member, with the
tenant as it is then. Looking at one renders nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.content.variables.declarations import VariableValues
from ariia.domain.content.variables.samples import sample_attributes, sample_members
from ariia.domain.content.whole_message import MessageSource
from ariia.domain.errors import InvalidError, NotFoundError
from ariia.domain.links import LinkClaims, sign, verify
from ariia.domain.storable import MAX_DOCUMENT_BYTES
from ariia.ports.content import MessageRenderer
from ariia.ports.signing import SigningKeys
from ariia.ports.templates import TemplateStore

_PURPOSE = "thumbnail"


@dataclass(frozen=True)
class Thumbnail:
    """`is_final`: the address is of this very version, so the picture behind it never changes."""

    svg: str
    is_final: bool


class Thumbnails:
    """Signs the addresses, and shows what they stand for. The address is all that it takes to see the picture."""

    def __init__(self, keys: SigningKeys, templates: TemplateStore, base_url: str) -> None:
        self._keys, self._templates, self._base_url = keys, templates, base_url

    def url_of(self, template: CampaignTemplate) -> str:
        """The template's own `thumbnail_url`, or the address of a picture of its present version."""
        if template.thumbnail_url:
            return template.thumbnail_url
        claims = LinkClaims(template.tenant_id, template.id, "", str(template.version), template.type)
        return f"{self._base_url}/t/{sign(self._keys.key(), _PURPOSE, claims)}"

    def show(self, token: str) -> Thumbnail:
        """The picture; NotFoundError for an address that we did not make, and for a template that is gone or was given
        another picture."""
        claims = verify(self._keys.key(), _PURPOSE, token)
        picture = self._templates.picture(claims.tenant_id, claims.campaign_id)
        if picture is None:
            raise NotFoundError("this template is not there any more")
        return Thumbnail(picture.svg, is_final=str(picture.version) == claims.message)


def drawn(renderer: MessageRenderer, template: CampaignTemplate, draft: MessageDraft) -> str:
    """The SVG of a template that may be saved. It shows the template's name when it can't be rendered for the sample
    member (an empty one can't), or would be too large to be kept. TransientError."""
    # Imported when needed: who only signs addresses needs no sanitiser.
    from ariia.domain.content.thumbnail import thumbnail_svg

    html = draft.html.html if template.type is Channel.EMAIL else ""
    try:
        given = VariableValues(draft.variables, {}).of(sample_attributes(draft.variables))
        source = MessageSource("", html, None if html else draft.html.html)
        svg = renderer.picture(source, {**draft.sample_values(), **given, "member": sample_members()[0]})
    except InvalidError:
        return thumbnail_svg("", template.name)
    return svg if len(json.dumps(svg)) < MAX_DOCUMENT_BYTES else thumbnail_svg("", template.name)
