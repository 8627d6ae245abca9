"""What a route function may ask for besides its parameters: the caller, the services, headers with a meaning."""

from __future__ import annotations

import functools
import os
from typing import Annotated
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BeforeValidator

from ariia.bootstrap.api import ApiServices, build
from ariia.settings import ApiSettings
from functions.api.gate.auth import Caller


@functools.cache
def settings() -> ApiSettings:
    """The settings of this deployment, read at the first request."""
    return ApiSettings.from_environment(os.environ)


@functools.cache
def services() -> ApiServices:
    """The services of this deployment, built at the first request."""
    return build(settings())


def require_tenant(tenant_id: str) -> None:
    """ForbiddenError when the platform has no such tenant."""
    services().known_tenants.require(tenant_id)


def caller(request: Request) -> Caller:
    """The caller that the gate admitted."""
    admitted: Caller = request.context["caller"]
    return admitted


CurrentSettings = Annotated[ApiSettings, Depends(settings)]
CurrentCaller = Annotated[Caller, Depends(caller)]
Services = Annotated[ApiServices, Depends(services)]
# A path parameter that is no id and may hold any character.
PathText = Annotated[str, BeforeValidator(unquote)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Makes a creation repeatable: the same key with the same body answers with the same entity and "
        "`Idempotent-Replayed: true`; with another body it is refused (422).",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description='The ETag of the version that the change is based on, for example `"3"`. '
        "The body's `version` says the same; one of them is required.",
    ),
]
