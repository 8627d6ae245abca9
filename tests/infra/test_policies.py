from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from .templates import Templates

# Actions that know no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCES = {
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "ses:GetAccount",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """(function folder or other role, statement) of every policy."""
    owners = {
        templates.resolve(one.properties["Role"], one.stack): str(one.properties["Handler"]).split(".")[1]
        for one in templates.resources("AWS::Lambda::Function")
    }
    for policy in templates.resources("AWS::IAM::Policy"):
        for role in policy.properties["Roles"]:
            owner = owners.get(templates.resolve(role, policy.stack), policy.logical_id)
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                yield owner, statement


def actions_by_owner(templates: Templates) -> dict[str, set[str]]:
    allowed: dict[str, set[str]] = defaultdict(set)
    for owner, statement in statements(templates):
        allowed[owner].update(listed(statement["Action"]))
    return allowed


def test_no_policy_allows_a_family_of_actions(stage: Templates) -> None:
    for owner, actions in actions_by_owner(stage).items():
        assert not [action for action in actions if "*" in action], owner


def test_every_resource_is_allowed_only_to_actions_that_know_none(stage: Templates) -> None:
    for owner, statement in statements(stage):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES, owner


def test_no_role_has_a_managed_policy(stage: Templates) -> None:
    for role in stage.resources("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties, role.logical_id


def test_only_the_sender_sends_and_only_the_prober_besides(stage: Templates) -> None:
    senders = defaultdict(set)
    for owner, actions in actions_by_owner(stage).items():
        for action in actions:
            if action.startswith("ses:Send"):
                senders[action].add(owner)
    assert senders == {
        "ses:SendBulkEmail": {"send_batch"},
        "ses:SendBulkTemplatedEmail": {"send_batch"},
        "ses:SendEmail": {"release_batches", "tend_messages"},
    }


def test_nobody_scans_a_table(stage: Templates) -> None:
    for owner, actions in actions_by_owner(stage).items():
        assert "dynamodb:Scan" not in actions, owner


def test_who_can_read_the_signing_secret(stage: Templates) -> None:
    allowed = actions_by_owner(stage)
    readers = {owner for owner, actions in allowed.items() if "secretsmanager:GetSecretValue" in actions}
    assert readers == {"api", "public_pages", "send_batch"}


def test_who_can_start_a_campaign_run(stage: Templates) -> None:
    allowed = actions_by_owner(stage)
    starters = {owner for owner, actions in allowed.items() if "states:StartExecution" in actions}
    services = {owner for owner in starters if not owner.startswith("CampaignRun")}
    assert len(services) == len(starters) - 1, "the state machine itself starts its successors"
    schedules = {owner for owner in services if owner.startswith("CampaignsSchedulesRole")}
    assert len(schedules) == 1, "and so do the schedules of campaigns"
    assert services - schedules == {"api", "check_schedules"}


def test_only_ses_publishes_events_and_only_for_this_account(stage: Templates) -> None:
    topics = {one.logical_id: one for one in stage.resources("AWS::SNS::Topic")}
    [events] = [name for name, one in topics.items() if str(one.properties["TopicName"]).endswith("-email-events")]
    [policy] = [
        one for one in stage.resources("AWS::SNS::TopicPolicy") if one.properties["Topics"] == [{"Ref": events}]
    ]
    allowing = [one for one in policy.properties["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert len(allowing) == len(stage.resources("AWS::SES::ConfigurationSet")) == 4
    for statement in allowing:
        assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
        assert statement["Condition"]["StringEquals"]["AWS:SourceAccount"] == {"Ref": "AWS::AccountId"}
