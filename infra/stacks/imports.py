"""The function that imports members. S3 tells it about each uploaded file, and it has itself work on the file's ranges:
without imports nothing polls."""

from __future__ import annotations

from infra.constructs.asynchronous import allow_invoking, arn_by_name, catch
from infra.constructs.python_function import PythonFunction, Workshop
from infra.constructs.revisits import Revisits
from infra.constructs.uploads import Uploads
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack

IMPORT_MEMBERS = "import_members"


def import_members(
    workshop: Workshop,
    data: DataStack,
    messaging: MessagingStack,
    uploads: Uploads,
    revisits: Revisits,
) -> PythonFunction:
    """The function with its grants, announced to by `uploads`."""
    own_arn = arn_by_name(workshop.scope, workshop.config, IMPORT_MEMBERS)
    function = PythonFunction(
        workshop,
        IMPORT_MEMBERS,
        timeout_seconds=120,
        memory_mb=1024,
        environment={
            "ARIIA_UPLOADS_BUCKET": uploads.name,
            "ARIIA_IMPORT_MEMBERS_ARN": own_arn,
            "ARIIA_JOB_CONCURRENCY": str(workshop.config.job_concurrency),
            **revisits.environment,
        },
        # Each range of a lane begins the next: some sixty in a row for a million lines, and then it ends.
        may_invoke_itself=True,
    )
    catch(function, messaging.dead_letters)
    allow_invoking(function, own_arn)
    uploads.announce_to(function)
    uploads.allow_importing(function)
    # Members who must confirm, by the tenant's double opt-in, are asked a moment later.
    revisits.allow_arranging(function)
    data.allow(function)
    return function
