"""Templates: kept, judged at save, tried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.message_draft import MessageDraft
from ariia.domain.content.template import CampaignTemplate, require_usable_default
from ariia.domain.content.variables.declarations import VariableValues
from ariia.domain.content.variables.roots import member_view
from ariia.domain.content.whole_message import FullMessage, MessageSource
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ForbiddenError, InvalidError, NotFoundError, Problem
from ariia.domain.storable import require_storable
from ariia.domain.tenants.plan import Feature
from ariia.ports.clock import Clock, Ids
from ariia.ports.content import MessageRenderer
from ariia.ports.templates import TemplateStore
from ariia.ports.tenants import TenantStore
from ariia.services.content.checks import ContentChecks
from ariia.services.content.template_drafts import template_draft
from ariia.services.content.thumbnails import drawn
from ariia.services.tenants.quotas import Quotas


class Templates:
    """Use cases around templates."""

    def __init__(
        self,
        store: TemplateStore,
        tenants: TenantStore,
        checks: ContentChecks,
        clock: Clock,
        ids: Ids,
        channels: frozenset[Channel],
        quotas: Quotas,
        renderer: MessageRenderer,
    ) -> None:
        self._store, self._tenants, self._checks, self._quotas = store, tenants, checks, quotas
        self._renderer = renderer
        self._clock, self._ids, self._channels = clock, ids, channels

    def create(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None = None
    ) -> Created[CampaignTemplate]:
        """Stores a new template of `fields`. InvalidError with lines for content that can't be right, or when the key
        of `creation` was used for another one; LimitError when the plan has no room for one more."""
        now = self._clock.now()
        template = CampaignTemplate(
            creation.id if creation else self._ids.new(),
            tenant_id,
            **fields,
            created_by=by,
            created_at=now,
            updated_at=now,
            idempotency_fingerprint=creation.fingerprint if creation else None,
        )
        earlier = self._store.get(tenant_id, template.id) if creation else None
        if earlier is None:
            self._require_valid(template)
            self._quotas.reserve(tenant_id, Feature.TEMPLATES, template.id, now)
            is_new = self._store.create(template, self._picture(template))
            self._quotas.settle(tenant_id, Feature.TEMPLATES, template.id, now)
            if is_new:
                return Created(template, replayed=False)
            earlier = self.get(tenant_id, template.id)
        require_same(creation, earlier.idempotency_fingerprint)
        return Created(earlier, replayed=True)

    def get(self, tenant_id: str, template_id: str) -> CampaignTemplate:
        """The template; NotFoundError."""
        template = self._store.get(tenant_id, template_id)
        if template is None:
            raise NotFoundError("there is no template with this id")
        return template

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[CampaignTemplate]:
        """Up to `limit` templates behind the id `after`; fewer = the end."""
        return self._store.page(tenant_id, limit, after)

    def change(self, tenant_id: str, template_id: str, changes: Mapping[str, Any], version: int) -> CampaignTemplate:
        """The template with `changes` by field. Campaigns that were submitted keep the content they were submitted
        with. NotFoundError, ConflictError when `version` is not the stored one, InvalidError."""
        template = self.get(tenant_id, template_id)
        require_version(version, template.version)
        changed = replace(template, **changes, updated_at=self._clock.now())
        self._require_valid(changed)
        if not self._store.save(changed, self._picture(changed)):
            raise changed_meanwhile()
        return changed

    def delete(self, tenant_id: str, template_id: str, version: int) -> None:
        """Removes the template. Nothing that was submitted needs it any more; a draft that names it is told at submit.
        NotFoundError, ConflictError when `version` is not the stored one."""
        template = self.get(tenant_id, template_id)
        require_version(version, template.version)
        if not self._store.delete(template):
            raise changed_meanwhile()

    def findings(self, template: CampaignTemplate) -> list[Finding]:
        """What is worth knowing about a stored template."""
        return [one for one in self._checks.findings(self._draft(template)) if one.field != "subject"]

    def render(
        self, tenant_id: str, template_id: str, subject: str, member: Mapping[str, Any], values: Mapping[str, Any]
    ) -> FullMessage:
        """The message as a member with these fields would read it, links pointing nowhere. NotFoundError; InvalidError
        with field and line when it can't be rendered for this member."""
        draft = replace(self._draft(self.get(tenant_id, template_id)), subject=subject)
        given = VariableValues(draft.variables, values).of(member.get("attributes") or {})
        shared = {name: value for name, value in draft.sample_values().items() if name not in draft.names}
        try:
            source = MessageSource(subject, draft.html.html)
            return self._renderer.message(source, {**shared, **given, "member": member_view(member)})
        except InvalidError as error:
            raise _located(error, draft) from error

    def _require_valid(self, template: CampaignTemplate) -> None:
        if template.type not in self._channels:
            allowed = sorted(self._channels)
            problem = Problem("type", "is not set up in this deployment", value=str(template.type), allowed=allowed)
            raise InvalidError("the template's channel is not set up in this deployment", problems=[problem])
        require_usable_default(template)
        require_storable(template, "body_template")
        self._checks.require_savable(self._draft(template))

    def _picture(self, template: CampaignTemplate) -> str | None:
        return None if template.thumbnail_url else drawn(self._renderer, template, self._draft(template))

    def _draft(self, template: CampaignTemplate) -> MessageDraft:
        tenant = self._tenants.get(template.tenant_id)
        if tenant is None:
            raise ForbiddenError("this tenant is not set up")
        return template_draft(template, tenant)


def _located(error: InvalidError, draft: MessageDraft) -> InvalidError:
    found = [draft.located(Finding("", "error", one.message, one.line, one.field)) for one in error.problems]
    problems = [Problem(one.field, one.message, line=one.line) for one in found]
    return InvalidError(error.message, problems=problems)
