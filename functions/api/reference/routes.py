"""The API about itself, for everybody."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response, content_types

from functions.api.gate.dependencies import CurrentSettings
from functions.api.gate.routing import Routes
from functions.api.reference.openapi import document
from functions.api.reference.page import CONTENT_SECURITY_POLICY, page

routes = Routes("Reference")
_CACHED = {"Cache-Control": "public, max-age=300"}


@routes.get("/openapi.json", None, "The OpenAPI document")
def read_openapi(settings: CurrentSettings) -> Response[str]:
    """OpenAPI 3.1."""
    return Response(200, content_types.APPLICATION_JSON, document(settings.public_base_url), dict(_CACHED))


@routes.get("/reference", None, "The reference page")
def read_reference(settings: CurrentSettings) -> Response[str]:
    """The OpenAPI document as a page to read; it loads nothing from elsewhere and runs no script."""
    headers = {**_CACHED, "Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return Response(200, "text/html; charset=utf-8", page(settings.public_base_url), headers)
