"""A template as the message that it would make."""

from __future__ import annotations

from ariia.domain.content.assembly import assemble
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.content.variables.declarations import parse_variables
from ariia.domain.content.variables.roots import campaign_view, tenant_view
from ariia.domain.documents import encode
from ariia.domain.tenants.tenant import Tenant

_SAMPLE_CAMPAIGN = {"id": "sample", "name": "Sample campaign", "type": "broadcast", "channel": "email"}


def template_draft(template: CampaignTemplate, tenant: Tenant) -> MessageDraft:
    """The draft of a message without a subject, of a campaign that doesn't exist."""
    return MessageDraft(
        subject="",
        html=assemble(template.header_html, template.body_template, template.footer_html),
        variables=parse_variables(template.variables_json),
        roots={"tenant": tenant_view(encode(tenant)), "campaign": campaign_view(_SAMPLE_CAMPAIGN)},
        fields={"html": "body_template"},
    )
