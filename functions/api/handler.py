"""Entry point of the HTTP API."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.observability import logger
from functions.api.gate.application import Application
from functions.api.gate.dependencies import require_tenant, settings
from functions.api.gate.resources import ResourceTable
from functions.api.operations import RESOURCES

application = Application(ResourceTable(RESOURCES), settings, require_tenant)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request of the HTTP API (payload version 2.0)."""
    return application.answer(event, context)
