"""Works on one export or erasure of a member, as far as one invocation goes; the next look is arranged before anything
is done."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ariia.bootstrap.privacy_requests import PrivacyRequestsServices, build
from ariia.domain.revisits import RevisitKind
from ariia.observability import logger
from ariia.settings import PrivacyRequestsSettings

# What one piece of work may still take that began in time.
_RESERVE_MS = 45_000


@cache
def services() -> PrivacyRequestsServices:
    """Built once per process."""
    return build(PrivacyRequestsSettings.from_environment(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"over": …}`. What fails is raised: Lambda repeats it twice and dead-letters it, and the look that was arranged
    before anything else comes again in any case."""
    kind, tenant_id, job_id = RevisitKind(event["kind"]), str(event["tenant_id"]), str(event["job_id"])
    logger.append_keys(tenant_id=tenant_id, kind=kind.value, job_id=job_id)
    ends_at = services().clock.now() + context.get_remaining_time_in_millis() - _RESERVE_MS
    is_over = services().runs.run(kind, tenant_id, job_id, ends_at)
    logger.info("worked on", over=is_over)
    return {"over": is_over}
