"""A campaign's message: its own content inside its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.channel import Channel
from ariia.domain.content.assembly import AssembledHtml, assemble
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.content import Content
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.content.template import CampaignTemplate
from ariia.domain.content.variables.declarations import parse_variables
from ariia.domain.content.variables.roots import campaign_view, tenant_view
from ariia.domain.documents import encode
from ariia.domain.errors import ForbiddenError, InvalidError
from ariia.domain.storable import require_storable
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.senders import SenderDirectory
from ariia.ports.templates import TemplateStore
from ariia.ports.tenants import TenantStore
from ariia.services.campaigns.from_addresses import verified_sender
from ariia.services.content.checks import ContentChecks


@dataclass(frozen=True)
class Prepared:
    """Content that is complete and frozen, with the warnings about it."""

    content: Content
    warnings: list[Finding]


class CampaignContents:
    """Puts a campaign's content and its template together, and judges the whole."""

    def __init__(
        self, templates: TemplateStore, tenants: TenantStore, senders: SenderDirectory, checks: ContentChecks
    ) -> None:
        self._templates, self._tenants, self._senders, self._checks = templates, tenants, senders, checks

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant; ForbiddenError when the platform has not set it up."""
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            raise ForbiddenError("this tenant is not set up")
        return tenant

    def default_template(self, tenant_id: str, channel: Channel) -> str | None:
        """The id of the tenant's default template for `channel`; None when there is none."""
        template = self._templates.default(tenant_id, channel)
        return template.id if template is not None and template.is_active else None

    def require_savable(self, campaign: Campaign, content: Content) -> None:
        """InvalidError for content that can't be right, however the draft goes on."""
        require_storable(content, "content_html")
        draft = self._draft(campaign, content, self.tenant(campaign.tenant_id))
        if not draft.is_empty or content.values:
            self._checks.require_savable(draft)

    def findings(self, campaign: Campaign, content: Content) -> list[Finding]:
        """Everything wrong or doubtful about the message as it stands, errors first. InvalidError when the template is
        gone or values don't fit their declaration."""
        return self._checks.findings(self._draft(campaign, content, self.tenant(campaign.tenant_id)))

    def required_of_members(self, campaign: Campaign, content: Content) -> list[str]:
        """Required variables that only a member's attributes can fill; InvalidError as of `findings`."""
        draft = self._draft(campaign, content, self.tenant(campaign.tenant_id))
        return [one.name for one in draft.left_to_members() if one.required]

    def prepare(self, campaign: Campaign, content: Content) -> Prepared:
        """The message as it will be sent, needing nothing else. InvalidError naming everything that is missing."""
        frozen = self.freeze(campaign, content)
        return Prepared(
            frozen, self._checks.require_sendable(self._draft(campaign, content, self._tenant_of(campaign)))
        )

    def freeze(self, campaign: Campaign, content: Content) -> Content:
        """The message as it will be sent, of content that was judged. InvalidError when it has no verified sender, or
        is too large to be stored."""
        tenant = self._tenant_of(campaign)
        frozen = replace(
            content,
            html=self._draft(campaign, content, tenant).html.html,
            variables=_declarations(self._template(campaign)),
            tenant=tenant_view(encode(tenant)),
            from_address=self.require_sender(campaign, tenant),
        )
        require_storable(frozen, "content_html")
        return frozen

    def essence(self, campaign: Campaign, content: Content) -> Any:
        """What the message says, as JSON: the same of a draft with its template and of what is frozen of them."""
        try:
            draft = self._draft(campaign, content, self._tenant_of(campaign))
        except InvalidError:
            return [campaign.template_id, encode(content)]
        variables = content.variables if _is_frozen(content) else _declarations(self._template(campaign))
        return [draft.subject, draft.html.html, draft.text, variables, content.values]

    def require_sender(self, campaign: Campaign, tenant: Tenant) -> str:
        """The verified from-address in the form for a provider; InvalidError when there is none."""
        return verified_sender(self._senders, tenant, campaign.sender)

    def _tenant_of(self, campaign: Campaign) -> Tenant:
        return self.tenant(campaign.tenant_id)

    def _draft(self, campaign: Campaign, content: Content, tenant: Tenant) -> MessageDraft:
        if _is_frozen(content):
            return self._message(campaign, content, assemble("", content.html, ""), content.variables, content.tenant)
        template = self._template(campaign)
        header, footer = (template.header_html, template.footer_html) if template else ("", "")
        own_html = bool(content.html) or template is None
        html = assemble(header, content.html or (template.body_template if template else ""), footer)
        shown = tenant_view(encode(tenant))
        return self._message(campaign, content, html, _declarations(template), shown, own_html=own_html)

    def _message(
        self,
        campaign: Campaign,
        content: Content,
        html: AssembledHtml,
        declared: list[dict[str, Any]],
        tenant: Mapping[str, Any],
        *,
        own_html: bool = True,
    ) -> MessageDraft:
        view = {"id": campaign.id, "name": campaign.name, "type": str(campaign.type), "channel": str(campaign.channel)}
        return MessageDraft(
            subject=content.subject,
            html=html,
            text=content.body or None,
            variables=parse_variables(declared),
            values=content.values,
            roots={"tenant": tenant, "campaign": campaign_view(view)},
            fields=_field_names(own_html=own_html),
        )

    def _template(self, campaign: Campaign) -> CampaignTemplate | None:
        if campaign.template_id is None:
            return None
        template = self._templates.get(campaign.tenant_id, campaign.template_id)
        if template is None:
            raise InvalidError.of("template_id", "there is no such template", value=campaign.template_id)
        if not template.is_active:
            raise InvalidError.of("template_id", "this template is not active", value=campaign.template_id)
        if template.type is not campaign.channel:
            allowed = f"a template of type {campaign.channel}"
            raise InvalidError.of(
                "template_id", "is of another type than the channel", value=template.type, allowed=allowed
            )
        return template


def _is_frozen(content: Content) -> bool:
    """True for what was submitted: it is whole, and its template may have changed since."""
    return bool(content.from_address)


def _declarations(template: CampaignTemplate | None) -> list[dict[str, Any]]:
    declared = template.variables_json if template else {}
    return [
        {**(body if isinstance(body, Mapping) else {"type": body}), "name": name} for name, body in declared.items()
    ]


def _field_names(*, own_html: bool) -> dict[str, str]:
    body = "content_html" if own_html else "template.body_template"
    return {
        "subject": "content_subject",
        "text": "content_body",
        "values": "content_values",
        "html": body,
        "body_template": body,
        "header_html": "template.header_html",
        "footer_html": "template.footer_html",
    }
