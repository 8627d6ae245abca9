"""Sender domains: what a tenant may send from, and the DNS records that prove it."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.api.gate.answers import created, found, gone
from functions.api.gate.auth import Permission
from functions.api.gate.dependencies import CurrentCaller, PathText, Services
from functions.api.gate.paging import Page
from functions.api.gate.routing import Routes
from functions.api.senders.schemas import SenderDraft, SenderView

routes = Routes("Senders")


@routes.post("/v1/senders", Permission.ADMINISTER, "Add a sender domain", status=201, problems=(409,))
def add_sender(draft: SenderDraft, caller: CurrentCaller, services: Services) -> Response[SenderView]:
    """Adds a domain and answers with the DNS records to publish. Repeatable without a key: the domain is the key.
    A domain that is in use elsewhere answers 409."""
    sender, is_new = services.sender_domains.add(caller.tenant_id, draft.domain)
    return created(SenderView.of(sender), f"/v1/senders/{sender.domain}", replayed=not is_new)


@routes.get("/v1/senders", Permission.READ, "List sender domains")
def list_senders(caller: CurrentCaller, services: Services) -> Response[Page[SenderView]]:
    """All sender domains of the tenant, by name, as last checked."""
    senders = services.sender_domains.list(caller.tenant_id)
    return found(Page(items=[SenderView.of(one) for one in senders]))


@routes.get("/v1/senders/<domain>", Permission.READ, "Read a sender domain")
def read_sender(domain: PathText, caller: CurrentCaller, services: Services) -> Response[SenderView]:
    """One sender domain; the provider is asked for its present state."""
    return found(SenderView.of(services.sender_domains.get(caller.tenant_id, domain)))


@routes.delete("/v1/senders/<domain>", Permission.ADMINISTER, "Remove a sender domain", status=204, problems=(409,))
def remove_sender(domain: PathText, caller: CurrentCaller, services: Services) -> Response[None]:
    """Nothing can be sent from it any more; a campaign that is sending from it pauses. A domain that was verified stays
    reserved to the tenant, because its DNS records may still stand."""
    services.sender_domains.remove(caller.tenant_id, domain)
    return gone()


@routes.delete(
    "/v1/sender-registrations/<domain>",
    Permission.MANAGE_TENANTS,
    "Release a sender domain",
    status=204,
    problems=(409,),
)
def release_sender(domain: PathText, services: Services) -> Response[None]:
    """Frees a domain for any tenant: one that its tenant removed, or one that was added but never proven. A verified
    domain in use answers 409."""
    services.sender_domains.release(domain)
    return gone()
