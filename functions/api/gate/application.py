"""The application: every operation, behind one gate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.observability import logger
from ariia.settings import ApiSettings
from functions.api.gate import actions, dependencies, json_body
from functions.api.gate.auth import WITHOUT_TENANT, Caller, caller_of, require
from functions.api.gate.capabilities import answering
from functions.api.gate.errors import MEDIA_TYPE, Answer, MalformedBodyError, answer_to
from functions.api.gate.routing import Operation, require_known_parameters

RESPONSE_HEADERS = {"X-Content-Type-Options": "nosniff"}


class Operations(Protocol):
    """What the application offers."""

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """See RouteTable."""
        ...


class Application:
    """Admits a request (route, caller, role, body) and hands it to the validating resolver. Every failure, wherever it
    comes from, leaves as problem details through `answer_to`."""

    def __init__(
        self,
        operations: Operations,
        settings: Callable[[], ApiSettings],
        require_tenant: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`require_tenant` raises ForbiddenError for a tenant, named by a valid token, that there is not."""
        self._operations, self._settings, self._require_tenant = operations, settings, require_tenant
        self._known: set[Operation] = set()
        self.resolver = resolver_of(())
        self.resolver.exception_handler(Exception)(self._handled)

    def answer(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """The response to an HTTP API event (payload version 2.0)."""
        logger.append_keys(correlation_id=_correlation_id(event))
        try:
            admitted, caller = self._admit(event)
        except Exception as error:
            return _as_event_response(self._problem(answer_to(error, _correlation_id(event)), event))
        with answering(caller):
            response = self.resolver.resolve(admitted, context)
        response["headers"] = RESPONSE_HEADERS | response.get("headers", {})
        # A 204 has no body; the payload format knows texts only.
        response["body"] = response.get("body") or ""
        return response

    def _admit(self, event: Mapping[str, Any]) -> tuple[dict[str, Any], Caller | None]:
        """The event as the resolver may see it, and whom it is from. Role comes before content: a caller who may not
        do it learns nothing more."""
        operation, parameters = self._operations.find(_method(event), event["rawPath"])
        caller = self._caller(event, operation)
        require_known_parameters(operation, event)
        text = json_body.body_text(event)
        if text and not operation.takes_body and json_body.parse(text):
            raise MalformedBodyError("this operation takes no body")
        self._make_known(operation)
        self.resolver.append_context(caller=caller)  # type: ignore[no-untyped-call]
        headers = json_body.declared_json(event.get("headers")) if text else event.get("headers")
        path = operation.path_of(parameters)
        admitted = {**event, "rawPath": path, "headers": headers, "body": text or None, "isBase64Encoded": False}
        return admitted, caller

    def _caller(self, event: Mapping[str, Any], operation: Operation) -> Caller | None:
        if operation.permission is None:
            return None
        settings = self._settings()
        caller = caller_of(event, settings.tenant_claim, settings.roles_claim)
        logger.append_keys(tenant_id=caller.tenant_id, operation=f"{operation.method} {operation.path}")
        require(caller, operation.permission)
        if operation.permission not in WITHOUT_TENANT:
            self._require_tenant(caller.tenant_id)
        return caller

    def _make_known(self, operation: Operation) -> None:
        """To the resolver, which knows those that were asked for: making a hundred takes longer than most answers."""
        if operation not in self._known:
            add(self.resolver, operation)
            self._known.add(operation)

    def _handled(self, error: Exception) -> Response[str]:
        event = self.resolver.current_event.raw_event
        caller: Caller | None = self.resolver.context.get("caller")
        return self._problem(answer_to(error, _correlation_id(event), partial(self._actions, caller)), event)

    def _actions(self, caller: Caller | None, thing: object) -> list[str]:
        services = self.resolver.dependency_overrides.get(dependencies.services, dependencies.services)
        return actions.about(services(), caller, thing) if caller is not None else []

    def _problem(self, answer: Answer, event: Mapping[str, Any]) -> Response[str]:
        document = answer.document(self._settings().public_base_url, str(event.get("rawPath", "")))
        return Response(answer.status, MEDIA_TYPE, json.dumps(document, default=str), answer.headers)


def resolver_of(operations: Iterable[Operation]) -> APIGatewayHttpResolver:
    """A resolver that validates requests to, and answers of, these operations."""
    resolver = APIGatewayHttpResolver(
        enable_validation=True,
        response_validation_error_http_code=500,
        json_body_deserializer=json_body.parse,
        debug=False,
    )
    for one in operations:
        add(resolver, one)
    return resolver


def add(resolver: APIGatewayHttpResolver, operation: Operation) -> None:
    """Lets the resolver answer requests for `operation`."""
    resolver.route(
        operation.path,
        operation.method,
        summary=operation.summary,
        description=operation.run.__doc__,
        tags=[operation.tag],
        operation_id=operation.run.__name__,
        include_in_schema=operation.permission is not None,
        status_code=operation.status,
    )(operation.run)


def _method(event: Mapping[str, Any]) -> str:
    return str(event["requestContext"]["http"]["method"]).upper()


def _correlation_id(event: Mapping[str, Any]) -> str:
    return str((event.get("requestContext") or {}).get("requestId") or "")


def _as_event_response(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {**RESPONSE_HEADERS, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }
