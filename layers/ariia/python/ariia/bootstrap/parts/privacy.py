"""The API's services around a member's rights: their export and their erasure are asked for and followed here."""

from __future__ import annotations

from typing import Protocol

from ariia.adapters.aws.schedules import EventBridgeSchedules, ScheduleTarget, scheduler_client
from ariia.adapters.aws.uploads import S3Uploads, s3_client
from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb.audit import DynamoAudit
from ariia.adapters.dynamodb.erasures import DynamoErasures
from ariia.adapters.dynamodb.jobs import DynamoJobs
from ariia.adapters.dynamodb.members.members import DynamoMembers
from ariia.services.privacy.care import PrivacyCare
from ariia.services.privacy.erasure.beginning import ErasureBeginning
from ariia.services.privacy.erasure.erasures import Erasures
from ariia.services.privacy.export.exports import MemberExports
from ariia.services.privacy.jobs import ERASURES, EXPORTS, ErasureJobs, ExportJobs
from ariia.settings import ApiSettings


class PrivacySettings(Protocol):
    """Where the schedules of exports and erasures are made."""

    @property
    def privacy_group(self) -> str:
        """Their group."""
        ...

    @property
    def privacy_arn(self) -> str:
        """What they invoke."""
        ...

    @property
    def privacy_role_arn(self) -> str:
        """As which role."""
        ...

    @property
    def privacy_dlq_arn(self) -> str:
        """Where goes what can't be invoked."""
        ...


def privacy_care(settings: PrivacySettings) -> PrivacyCare:
    """What makes their schedules."""
    target = ScheduleTarget(
        group=settings.privacy_group,
        arn=settings.privacy_arn,
        role_arn=settings.privacy_role_arn,
        dead_letters_arn=settings.privacy_dlq_arn,
    )
    return PrivacyCare(EventBridgeSchedules(scheduler_client(), target), SystemClock())


def member_exports(settings: ApiSettings) -> MemberExports:
    """The service on AWS."""
    clock, jobs = SystemClock(), DynamoJobs()
    uploads = S3Uploads(s3_client(), settings.uploads_bucket)
    return MemberExports(
        ExportJobs(jobs, EXPORTS, clock),
        privacy_care(settings),
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
    return Erasures(jobs, beginning, privacy_care(settings), store, members, DynamoAudit(), clock, RandomIds(clock))
