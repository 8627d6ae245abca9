"""The API's services around a member's rights: their export and their erasure are asked for and followed here."""

from __future__ import annotations

from ariia.adapters.aws.uploads import S3Uploads, s3_client
from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.bootstrap.parts.revisits import revisits
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.erasures import Erasures
from ariia.services.privacy.export.exports import MemberExports
from ariia.services.privacy.jobs import ERASURES, EXPORTS, ErasureJobs, ExportJobs
from ariia.settings import ApiSettings


def member_exports(settings: ApiSettings) -> MemberExports:
    """The service on AWS."""
    clock, jobs = SystemClock(), DynamoJobs()
    uploads = S3Uploads(s3_client(), settings.uploads_bucket)
    return MemberExports(
        ExportJobs(jobs, EXPORTS, clock),
        revisits(settings),
        DynamoMembers(settings.shards),
        DynamoAudit(),
        uploads,
        clock,
        RandomIds(clock),
    )


def erasures(settings: ApiSettings) -> Erasures:
    """The service on AWS."""
    clock, store, members = SystemClock(), DynamoErasures(settings.shards), DynamoMembers(settings.shards)
    jobs = ErasureJobs(DynamoJobs(), ERASURES, clock)
    beginning = ErasureBeginning(store, members, jobs, clock)
    return Erasures(jobs, beginning, revisits(settings), store, members, DynamoAudit(), clock, RandomIds(clock))
