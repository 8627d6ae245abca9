"""What each role is granted is what its code and AWS's services need as that role: no less and no more.

The calls are not listed anywhere: `permissions/` follows each function from its handler, through the objects that its
composition root makes, to every AWS call that it can reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .permissions.calls import AwsCall, Calls
from .permissions.derive import derived, environment_of, folder_of
from .permissions.needs import Need, needs_of
from .permissions.reference import action
from .permissions.resources import ANY
from .permissions.roles import Grant, grants_of, refused
from .permissions.services import Services
from .templates import Templates

SES = "arn:aws:ses:eu-central-1:111122223333"
# CDK grants these with what Lambda's pollers and destinations need; they tell a name and figures of a queue of ours.
COMES_ALONG = {
    "sqs:GetQueueUrl": ("-email", "-events", "-dead-letters"),
    "sqs:GetQueueAttributes": ("-dead-letters",),
    "sqs:ChangeMessageVisibility": ("-events",),
}


@dataclass(frozen=True)
class Held:
    """A role: what it is granted, and what is done as it."""

    name: str
    grants: frozenset[Grant]
    needs: frozenset[Need]


@pytest.fixture(scope="module")
def calls() -> dict[str, Calls]:
    return derived("production")


@pytest.fixture(scope="module")
def roles(production: Templates, calls: dict[str, Calls]) -> list[Held]:
    return list(_roles(production, calls))


def _roles(production: Templates, calls: dict[str, Calls]) -> Iterator[Held]:
    services = Services(production)
    functions = {
        production.resolve(one.properties["Role"], one.stack): one
        for one in production.resources("AWS::Lambda::Function")
    }
    for role in production.resources("AWS::IAM::Role"):
        needs, function = services.needs(role), functions.get((role.stack, role.logical_id))
        if function is not None:
            needs |= needs_of(calls[folder_of(function)].found, environment_of(production, function))
        yield Held(role.logical_id, frozenset(grants_of(production, role)), frozenset(needs))


def role_of(roles: list[Held], start: str) -> Held:
    [found] = [one for one in roles if one.name.startswith(start)]
    return found


def comes_along(grant: Grant) -> bool:
    return grant.resource.endswith(COMES_ALONG.get(grant.action, ("nothing",)))


def test_every_call_is_of_something_that_is_known(calls: dict[str, Calls]) -> None:
    assert {name: one.unplaced for name, one in calls.items() if one.unplaced} == {}
    assert all(one.found for one in calls.values())


def test_nothing_that_a_role_does_is_refused(roles: list[Held]) -> None:
    found = {one.name: refused(one.needs, one.grants) for one in roles}
    assert {name: missing for name, missing in found.items() if missing} == {}


def test_without_any_one_grant_something_is_refused(roles: list[Held]) -> None:
    needless = {
        role.name: sorted(f"{one.action} on {one.resource}" for one in role.grants if is_needless(one, role))
        for role in roles
    }
    assert {name: grants for name, grants in needless.items() if grants} == {}


def is_needless(grant: Grant, role: Held) -> bool:
    return not comes_along(grant) and not refused(role.needs, role.grants - {grant})


def test_what_comes_along_with_other_grants_is_still_there(roles: list[Held]) -> None:
    along = {one.action for role in roles for one in role.grants if comes_along(one)}
    assert along == set(COMES_ALONG)


def test_conditions_are_on_keys_that_aws_fills_in(roles: list[Held]) -> None:
    for role in roles:
        for grant in role.grants:
            for keys in json.loads(grant.conditions).values():
                assert set(keys) <= action(grant.action).conditions, grant


def test_sender_needs_templates_and_the_action_of_the_first_api(roles: list[Held]) -> None:
    sender = role_of(roles, "SendBatchEmail")
    lacking = {one for one in sender.grants if "template/" in one.resource or one.action.endswith("TemplatedEmail")}
    found = {(one.action, one.resource) for one in refused(sender.needs, sender.grants - lacking)}
    assert ("ses:SendBulkEmail", f"{SES}:template/{ANY}") in found
    assert ("ses:SendBulkTemplatedEmail", f"{SES}:identity/{ANY}") in found
    assert ("ses:SendBulkTemplatedEmail", f"{SES}:configuration-set/ariia-untracked") in found


def test_calls_are_found_however_they_are_written(calls: dict[str, Calls]) -> None:
    """By PynamoDB and its transactions, by our direct calls, by a name in a string, by a signed address."""
    table = "arn:aws:dynamodb:eu-central-1:111122223333:table/ariia-"
    bucket = "arn:aws:s3:::ariia-uploads-111122223333-eu-central-1"
    written = {
        ("api", "dynamodb", "Query", f"{table}segments"),
        ("api", "dynamodb", "ConditionCheckItem", f"{table}senders"),
        ("send_batch", "dynamodb", "UpdateItem", f"{table}members"),
        ("send_batch", "dynamodb", "PutItem", f"{table}campaigns"),
        ("send_batch", "sesv2", "SendBulkEmail", f"{SES}:configuration-set/ariia-clicks"),
        ("record_events", "dynamodb", "BatchWriteItem", f"{table}engagement"),
        ("api", "sesv2", "PutEmailIdentityFeedbackAttributes", "*"),
        ("api", "s3", "PutObject", f"{bucket}/imports/{ANY}"),
        ("privacy_requests", "s3", "DeleteObject", f"{bucket}/exports/{ANY}"),
    }
    for function, *call in written:
        assert AwsCall(*call) in calls[function].found, (function, call)


def test_who_writes_no_suppression_is_not_said_to(calls: dict[str, Calls]) -> None:
    """Although the one transaction of members, which all of them use, may hold some."""
    writers = {name for name, one in calls.items() for call in one.found if _puts_a_suppression(call)}
    assert writers == {"api", "record_events", "import_members", "privacy_requests"}


def _puts_a_suppression(call: AwsCall) -> bool:
    return call.operation == "PutItem" and call.resource.endswith("-suppressions")


def test_condition_that_never_holds_is_no_grant() -> None:
    need = Need("iam:PassRole", "arn:aws:iam::1:role/a", (("iam:PassedToService", "scheduler.amazonaws.com"),))
    for service, is_refused in (("scheduler.amazonaws.com", False), ("lambda.amazonaws.com", True)):
        condition = json.dumps({"StringEquals": {"iam:PassedToService": service}})
        assert bool(refused([need], [Grant("iam:PassRole", "arn:aws:iam::1:role/*", condition)])) is is_refused
    other = json.dumps({"StringEquals": {"aws:PrincipalTag/team": "x"}})
    assert refused([need], [Grant("iam:PassRole", "*", other)])


@pytest.mark.parametrize(
    ("pattern", "resource", "is_allowed"),
    [
        ("arn:aws:s3:::b/imports/*", "arn:aws:s3:::b/imports/t/1.csv", True),
        ("arn:aws:s3:::b/imports/*", "arn:aws:s3:::b/exports/t/1.csv", False),
        (
            "arn:aws:secretsmanager:x:1:secret:a-signing-??????",
            "arn:aws:secretsmanager:x:1:secret:a-signing-AbCdEf",
            True,
        ),
        (
            "arn:aws:secretsmanager:x:1:secret:a-signing-??????",
            "arn:aws:secretsmanager:x:1:secret:a-signing-AbC",
            False,
        ),
        ("*", "arn:anything", True),
    ],
)
def test_pattern_of_a_resource_allows_what_iam_would(pattern: str, resource: str, is_allowed: bool) -> None:
    assert (refused([Need("s3:GetObject", resource)], [Grant("s3:Get*", pattern)]) == set()) is is_allowed
