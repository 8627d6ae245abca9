"""The function that exports members and erases them, which touches everything that knows a member."""

from __future__ import annotations

from infra.constructs.function_schedules import FunctionSchedules
from infra.constructs.python_function import PythonFunction, Workshop
from infra.constructs.uploads import Uploads
from infra.stacks.data import DataStack

PRIVACY_REQUESTS = "privacy_requests"


def privacy_requests(
    workshop: Workshop,
    data: DataStack,
    uploads: Uploads,
    schedules: FunctionSchedules,
    follow_up_schedules: FunctionSchedules,
) -> PythonFunction:
    """The function with its grants; `schedules` wake it up. It makes none for follow-ups, and only ends these."""
    function = PythonFunction(
        workshop,
        PRIVACY_REQUESTS,
        timeout_seconds=120,
        memory_mb=1024,
        environment={
            **schedules.environment,
            **follow_up_schedules.environment,
            "ARIIA_UPLOADS_BUCKET": uploads.bucket_name,
            "ARIIA_QUIET_SECONDS": str(workshop.config.erasure_quiet_seconds),
        },
    )
    schedules.catch(function)
    schedules.allow_scheduling(function, and_deleting=True)
    data.allow(function)
    uploads.allow_archiving(function)
    return function
