"""Brings single messages on: one follow-up, one test send, some questions of a double opt-in, or all of a tenant that
wait for something that was lifted. `kind` says which."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.tend_messages import TendMessagesServices, build
from ariia.domain.consent.confirmation import ConfirmationRequest
from ariia.domain.revisits import RevisitKind
from ariia.observability import logger
from ariia.settings import TendMessagesSettings

Event = dict[str, Any]


@cache
def services() -> TendMessagesServices:
    """Built once per process."""
    return build(TendMessagesSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: Event, context: LambdaContext) -> dict[str, str]:
    """`{"status": …}` as it stands then. What fails is raised: Lambda repeats it twice and dead-letters it. The safety
    look that was arranged before anything else comes again in any case."""
    kind, tenant_id = RevisitKind(event["kind"]), str(event["tenant_id"])
    logger.append_keys(tenant_id=tenant_id, kind=kind.value)
    return {"status": _tender_of(kind)(tenant_id, event)}


def _tender_of(kind: RevisitKind) -> Callable[[str, Event], str]:
    tenders: Mapping[RevisitKind, Callable[[str, Event], str]] = {
        RevisitKind.FOLLOW_UP: _follow_up,
        RevisitKind.MESSAGE: _message,
        RevisitKind.QUESTIONS: _questions,
        RevisitKind.LIFTED: _lifted,
    }
    return tenders[kind]


def _follow_up(tenant_id: str, event: Event) -> str:
    follow_up_id = str(event["follow_up_id"])
    logger.append_keys(follow_up_id=follow_up_id)
    follow_up = services().follow_ups.run(tenant_id, follow_up_id)
    status = str(follow_up.status) if follow_up else "never saved"
    logger.info("looked after", status=status, reason=follow_up.status_reason if follow_up else None)
    return status


def _message(tenant_id: str, event: Event) -> str:
    container_id, until = str(event["container_id"]), int(event["until"])
    is_over = services().messages.look(tenant_id, container_id, event["member_ids"], until)
    logger.info("looked after", container_id=container_id, over=is_over)
    return "over" if is_over else "pending"


def _questions(tenant_id: str, event: Event) -> str:
    requests = [ConfirmationRequest(**one) for one in event["requests"]]
    report = services().confirmations.look(tenant_id, requests)
    logger.info("asked", questions=len(requests), **vars(report))
    return "pending" if report.waiting else "over"


def _lifted(tenant_id: str, event: Event) -> str:
    woken = services().lifted.look(tenant_id, str(event["after"]))
    logger.info("lifted", woken=woken)
    return "lifted"
