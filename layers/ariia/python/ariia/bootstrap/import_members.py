"""What import_members is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members import DynamoMembers
from ariia.adapters.import_queue import SqsImportQueue
from ariia.adapters.send_queue import SqsReturns, sqs_client
from ariia.adapters.uploads import S3Uploads, s3_client
from ariia.ports.clock import Clock
from ariia.services.import_cutting import ImportCutting
from ariia.services.import_range import RangeImport
from ariia.settings import ImportMembersSettings

from .double_opt_in import double_opt_in


@dataclass(frozen=True)
class ImportMembersServices:
    """The two steps of an import. A message's attempt number `attempts` is its last."""

    cutting: ImportCutting
    ranges: RangeImport
    returns: SqsReturns
    clock: Clock
    attempts: int


def build(settings: ImportMembersSettings) -> ImportMembersServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    jobs, uploads, clock = DynamoJobs(), S3Uploads(s3_client(), settings.uploads_bucket), SystemClock()
    queue = SqsImportQueue(sqs_client(), settings.import_queue_url)
    return ImportMembersServices(
        cutting=ImportCutting(jobs, uploads, queue, clock),
        ranges=RangeImport(jobs, uploads, DynamoMembers(settings.shards), double_opt_in(settings), clock),
        returns=SqsReturns(sqs_client()),
        clock=clock,
        attempts=settings.import_attempts,
    )
