"""The template: a message skeleton that campaigns fill (concept, CampaignTemplate)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.errors import InvalidError, Problem

# The concept's template types; a `multi` campaign takes one template per channel.
TEMPLATE_TYPES = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS)


@dataclass
class CampaignTemplate:
    """`header_html + body_template + footer_html` is the message; `variables_json` declares its placeholders.
    At most one template of a type is the tenant's default. Instants are epoch milliseconds."""

    id: str
    tenant_id: str
    name: str
    type: Channel = Channel.EMAIL
    description: str | None = None
    header_html: str = ""
    footer_html: str = ""
    body_template: str = ""
    variables_json: dict[str, Any] = field(default_factory=dict)
    thumbnail_url: str | None = None
    is_default: bool = False
    is_active: bool = True
    created_by: str = ""
    created_at: int = 0
    updated_at: int = 0
    version: int = 0
    idempotency_fingerprint: str | None = None


@dataclass(frozen=True)
class TemplatePicture:
    """What a template looks like, drawn when `version` of it was stored."""

    svg: str
    version: int


def require_usable_default(template: CampaignTemplate) -> None:
    """InvalidError when an inactive template is to be the default: nobody could choose it."""
    if template.is_default and not template.is_active:
        problem = Problem("is_default", "an inactive template can't be the default", value=True, allowed=False)
        raise InvalidError("an inactive template can't be the default", problems=[problem])
