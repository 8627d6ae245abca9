"""The function that exports members and erases them, which touches everything that knows a member."""

from __future__ import annotations

from infra.constructs.python_function import PythonFunction, Workshop
from infra.constructs.revisits import Revisits
from infra.constructs.uploads import Uploads
from infra.stacks.data import DataStack


def privacy_requests(workshop: Workshop, data: DataStack, uploads: Uploads, revisits: Revisits) -> PythonFunction:
    """The function with its grants; `revisits` wake it up."""
    function = PythonFunction(
        workshop,
        "privacy_requests",
        timeout_seconds=120,
        memory_mb=1024,
        environment={
            **revisits.environment,
            "ARIIA_UPLOADS_BUCKET": uploads.bucket_name,
            "ARIIA_QUIET_SECONDS": str(workshop.config.erasure_quiet_seconds),
        },
    )
    revisits.catch(function)
    revisits.allow_arranging(function, and_taking_back=True)
    data.allow(function)
    uploads.allow_archiving(function)
    return function
