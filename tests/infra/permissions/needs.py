"""Which permissions a call takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .arns import ACCOUNT, PARTITION, REGION
from .calls import AwsCall
from .reference import action
from .resources import ANY

_PREFIXES = {"sesv2": "ses", "stepfunctions": "states"}
# Operations whose permission has another name. S3 tells who may not list a bucket that a missing object is forbidden:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
_RENAMED = {
    "s3:HeadObject": ("s3:GetObject", "s3:ListBucket"),
    "s3:GetObject": ("s3:GetObject", "s3:ListBucket"),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
    "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    # SES asks for the action of its first API too: https://github.com/anymail/django-anymail/issues/384 and
    # https://anymail.dev/en/stable/esps/amazon_ses/#iam-permissions; SendEmail has the same name in both.
    "ses:SendBulkEmail": ("ses:SendBulkEmail", "ses:SendBulkTemplatedEmail"),
    # Our calls give the identity a tag.
    "ses:CreateEmailIdentity": ("ses:CreateEmailIdentity", "ses:TagResource"),
}
# Named by the call, beside what each permission must be allowed on anyway.
_TAGGED = f"arn:{PARTITION}:ses:{REGION}:{ACCOUNT}:identity/{ANY}"


@dataclass(frozen=True)
class Need:
    """An action on a resource, by a request with these condition keys."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


def needs_of(calls: Iterable[AwsCall], environment: Mapping[str, str]) -> set[Need]:
    """All that the calls take of a function with this environment."""
    return {need for call in calls for need in _of_call(call, environment)}


def _of_call(call: AwsCall, environment: Mapping[str, str]) -> Iterator[Need]:
    name = f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"
    for one in _RENAMED.get(name, (name,)):
        yield from (Need(one, resource) for resource in _resources(one, call.resource))
    if name == "scheduler:CreateSchedule":
        yield _passing(call.resource, environment)


def _resources(name: str, resource: str) -> Iterator[str]:
    """What the call names, and one of each kind that the action must be allowed on."""
    known = action(name)
    if name == "s3:ListBucket":
        yield resource.partition("/")[0]
        return
    if resource != "*" or not known.has_resources:
        yield resource
    if name == "ses:TagResource":
        yield _TAGGED
    kinds = [_one_of(pattern) for pattern in known.required]
    yield from (one for one in kinds if not _same_kind(one, resource))


def _one_of(pattern: str) -> str:
    text = pattern
    for name, value in (("Partition", PARTITION), ("Region", REGION), ("Account", ACCOUNT)):
        text = text.replace("${" + name + "}", value)
    start, _, _ = text.partition("${")
    return start + ANY


def _same_kind(one: str, named: str) -> bool:
    return named.startswith(one.removesuffix(ANY))


def _passing(schedule: str, environment: Mapping[str, str]) -> Need:
    """A schedule works as a role, which its maker hands over:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html"""
    group = schedule.rsplit("/", 2)[1]
    [setting] = [name for name, value in environment.items() if name.endswith("_GROUP") and value == group]
    role = environment[setting.removesuffix("_GROUP") + "_ROLE_ARN"]
    return Need("iam:PassRole", role, (("iam:PassedToService", "scheduler.amazonaws.com"),))
