"""What import_members is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.adapters.aws.invocations import InvokedRanges, lambda_client
from ariia.adapters.aws.uploads import S3Uploads, s3_client
from ariia.adapters.clock import SystemClock
from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.bootstrap.parts.double_opt_in import double_opt_in
from ariia.ports.clock import Clock
from ariia.services.imports.cutting import ImportCutting
from ariia.services.imports.range import RangeImport
from ariia.settings import ImportMembersSettings


@dataclass(frozen=True)
class ImportMembersServices:
    """The two steps of an import."""

    cutting: ImportCutting
    ranges: RangeImport
    clock: Clock


def build(settings: ImportMembersSettings) -> ImportMembersServices:
    """The services on AWS; clients connect at their first call."""
    models.use_prefix(settings.table_prefix)
    jobs, uploads, clock = DynamoJobs(), S3Uploads(s3_client(), settings.uploads_bucket), SystemClock()
    work = InvokedRanges(lambda_client, settings.import_members_arn)
    members = DynamoMembers(settings.shards)
    return ImportMembersServices(
        cutting=ImportCutting(jobs, uploads, work, clock, lanes=settings.job_concurrency),
        ranges=RangeImport(
            jobs, uploads, members, double_opt_in(settings), work, clock, lanes=settings.job_concurrency
        ),
        clock=clock,
    )
