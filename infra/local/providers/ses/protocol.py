"""Speaks rest-json with the SDKs: finds the operation, runs it, shapes answers and errors as AWS does."""

from __future__ import annotations

import dataclasses
import uuid
from urllib.parse import unquote

from infra.local.providers.server.messages import Request, Response, json_response
from infra.local.providers.ses.errors import ServiceError, too_many_requests
from infra.local.providers.ses.operations import Answer, find_operation
from infra.local.providers.ses.shapes import body_of
from infra.local.providers.ses.simulator import Simulator

_SENDING = frozenset({"SendEmail", "SendBulkEmail"})


def answer_ses(simulator: Simulator, request: Request) -> Response:
    """The answer to one SES request."""
    try:
        answer = _run(simulator, request)
    except ServiceError as error:
        return _delayed(_error_response(error), simulator)
    response = json_response(answer.body, x_amzn_RequestId=_request_id())
    return _delayed(_with_fate(response, answer, simulator), simulator)


def _run(simulator: Simulator, request: Request) -> Answer:
    operation, names = find_operation(request.method, request.path)
    decoded, body = tuple(unquote(name) for name in names), body_of(request.body)
    with simulator.lock:
        simulator.store.calls_by_operation[operation.name] += 1
        simulator.rights.check(request.headers.get("Authorization", ""), operation.name, decoded, body)
        if operation.name not in _SENDING and not simulator.may_be_asked():
            raise too_many_requests("Maximum call rate exceeded.")
        return operation.handler(simulator, decoded, body)


def _with_fate(response: Response, answer: Answer, simulator: Simulator) -> Response:
    """Loses the answer of an accepted send call, in the way that the settings ask for."""
    if answer.call is None or not simulator.sending.loses_response(answer.call):
        return response
    mode = simulator.settings.lose_response_mode
    if mode == "error":
        return _error_response(ServiceError("InternalServiceErrorException", "An internal error occurred.", 500))
    return dataclasses.replace(response, fate=mode)


def _delayed(response: Response, simulator: Simulator) -> Response:
    seconds = simulator.settings.response_delay_milliseconds / 1000
    return dataclasses.replace(response, delay_seconds=seconds) if seconds else response


def _error_response(error: ServiceError) -> Response:
    headers = {"x_amzn_ErrorType": error.code, "x_amzn_RequestId": _request_id()}
    return json_response({"message": error.message}, error.status, **headers)


def _request_id() -> str:
    return str(uuid.uuid4())
