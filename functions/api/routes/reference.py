"""The API about itself, for everybody."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response, content_types

from functions.api.dependencies import CurrentSettings
from functions.api.openapi import document
from functions.api.reference_page import CONTENT_SECURITY_POLICY, page
from functions.api.routing import Routes

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
