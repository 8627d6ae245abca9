"""Does what is due for one follow-up, one test send, or some questions of a double opt-in: fires it, settles it, or
finds nothing left to do. Wakes those of a tenant who wait for what was lifted."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.run_follow_up import RunFollowUpServices, build
from ariia.domain.consent.confirmation import ConfirmationRequest
from ariia.observability import logger
from ariia.settings import RunFollowUpSettings


@cache
def services() -> RunFollowUpServices:
    """Built once per process."""
    return build(RunFollowUpSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"status": …}` as it stands then. What fails is raised: Lambda repeats it twice and dead-letters it, and the
    schedule that was made before anything else comes again in any case."""
    tenant_id = str(event["tenant_id"])
    if "container_id" in event:
        is_over = services().looks.look(tenant_id, event["container_id"], event["member_ids"], int(event["look"]))
        logger.info("looked after", tenant_id=tenant_id, container=event["container_id"], over=is_over)
        return {"status": "over" if is_over else "pending"}
    if "lifted" in event:
        woken = services().lifted.look(tenant_id, event["lifted"])
        logger.info("lifted", tenant_id=tenant_id, woken=woken)
        return {"status": "lifted"}
    if "confirmations" in event:
        requests = [ConfirmationRequest(**one) for one in event["confirmations"]]
        report = services().confirmations.look(tenant_id, requests, int(event["look"]))
        logger.info("asked", tenant_id=tenant_id, questions=len(requests), **vars(report))
        return {"status": "pending" if report.waiting else "over"}
    follow_up_id = str(event["follow_up_id"])
    logger.append_keys(tenant_id=tenant_id, follow_up_id=follow_up_id)
    follow_up = services().follow_ups.run(tenant_id, follow_up_id)
    status = str(follow_up.status) if follow_up else "never saved"
    logger.info("looked after", status=status, reason=follow_up.status_reason if follow_up else None)
    return {"status": status}
