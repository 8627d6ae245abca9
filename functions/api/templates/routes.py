"""Templates."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from ariia.domain.content.template import CampaignTemplate
from functions.api.campaigns.views import FindingView
from functions.api.gate import places
from functions.api.gate.answers import created, found, gone
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.templates.schemas import RenderedView, RenderRequest, TemplateChange, TemplateDraft, TemplateView

routes = Routes("Templates")


@routes.post("/v1/templates", Permission.DRAFT, "Create a template", status=201, problems=(402,))
def create_template(
    template: TemplateDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[TemplateView]:
    """The template is read and rendered for sample and extreme members first: syntax errors (with their line), unknown
    variables and runaway loops are refused with 422."""
    repeatable = creation(caller, "/v1/templates", key, template.model_dump(mode="json", exclude_unset=True))
    made = services.templates.create(caller.tenant_id, caller.subject, template.fields(), repeatable)
    entity = made.entity
    return created(_view(services, entity), f"/v1/templates/{entity.id}", entity.version, replayed=made.replayed)


@routes.get("/v1/templates", Permission.READ, "List templates")
def list_templates(
    caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[TemplateView]]:
    """All templates of the tenant in a stable order."""
    scope = CursorScope(caller.tenant_id, "templates", places.ID)
    templates = services.templates.page(caller.tenant_id, limit, scope.after(cursor))
    last = templates[-1].id if len(templates) == limit else None
    return found(Page(items=[_view(services, one) for one in templates], next_cursor=scope.cursor(last)))


@routes.get("/v1/templates/<template_id>", Permission.READ, "Read a template")
def read_template(template_id: str, caller: CurrentCaller, services: Services) -> Response[TemplateView]:
    """One template."""
    template = services.templates.get(caller.tenant_id, template_id)
    return found(_view(services, template), template.version)


@routes.patch("/v1/templates/<template_id>", Permission.DRAFT, "Edit a template", problems=(409, 428))
def edit_template(
    template_id: str, change: TemplateChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[TemplateView]:
    """Changes the fields that are sent. Campaigns that are submitted keep the content they were submitted with."""
    version = expected_version(if_match, change.version)
    template = services.templates.change(caller.tenant_id, template_id, change.fields(), version)
    return found(_view(services, template), template.version)


@routes.delete("/v1/templates/<template_id>", Permission.DRAFT, "Delete a template", status=204, problems=(409, 428))
def delete_template(
    template_id: str, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[None]:
    """Needs `If-Match`. Submitted and sent campaigns hold their own copy of it; a draft that still names it is
    refused at submit until it names another one."""
    services.templates.delete(caller.tenant_id, template_id, expected_version(if_match, None))
    return gone()


@routes.get("/v1/templates/<template_id>/findings", Permission.READ, "Check a template")
def check_template(template_id: str, caller: CurrentCaller, services: Services) -> Response[Page[FindingView]]:
    """What is worth knowing about the template: errors first, then warnings (a missing unsubscribe link, over 102 KB,
    broken links, images without a text, variables nobody uses)."""
    template = services.templates.get(caller.tenant_id, template_id)
    return found(Page(items=[FindingView.of(one) for one in services.templates.findings(template)]))


@routes.post("/v1/templates/<template_id>/render", Permission.DRAFT, "Render a template for a sample member")
def render_template(
    template_id: str, request: RenderRequest, caller: CurrentCaller, services: Services
) -> Response[RenderedView]:
    """Nothing is sent or stored; the links of the message lead nowhere."""
    member = request.member.model_dump(exclude_none=True)
    message = services.templates.render(caller.tenant_id, template_id, request.subject, member, request.values)
    return found(RenderedView(subject=message.subject, html=message.html, text=message.text))


def _view(services: Services, template: CampaignTemplate) -> TemplateView:
    return TemplateView.of(template, services.thumbnails.url_of(template))
