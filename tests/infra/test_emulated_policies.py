from __future__ import annotations

from typing import Any

from infra.local.emulated_policies import emulated

TLS_ONLY = {"Effect": "Deny", "Action": "sqs:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": list(statements)}}}


def statements(template: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_denials_of_plain_http_go_and_others_stay() -> None:
    other = {"Effect": "Deny", "Action": "sqs:Purge"}
    template = emulated({"Resources": {"P": policy(TLS_ONLY, other)}})
    assert statements(template, "P") == [{"Effect": "Deny", "Action": ["sqs:Purge"]}]


def test_a_policy_of_nothing_else_goes_with_what_waits_for_it() -> None:
    bucket = {"Type": "AWS::S3::Bucket", "DependsOn": ["P", "Q"]}
    keep = {"Effect": "Allow", "Action": "s3:GetObject"}
    template = emulated({"Resources": {"P": policy(TLS_ONLY), "Q": policy(keep), "B": bucket}, "Outputs": {"O": 1}})
    assert set(template["Resources"]) == {"Q", "B"}
    assert template["Resources"]["B"]["DependsOn"] == ["Q"]
    assert template["Outputs"] == {"O": 1}


def test_whoever_may_send_one_message_may_send_many() -> None:
    template = emulated({"Resources": {"P": policy({"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:Purge"]})}})
    assert statements(template, "P")[0]["Action"] == ["sqs:SendMessage", "sqs:Purge", "sqs:SendMessageBatch"]


def test_resources_without_policies_are_untouched() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    assert emulated({"Resources": {"Q": queue}}) == {"Resources": {"Q": queue}}


def test_schedules_are_allowed_where_the_emulator_looks_for_them() -> None:
    grouped = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":schedule/ariia-local-follow-ups/*"]]}
    statement = {"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": [grouped, "arn:aws:s3:::a/b/*"]}
    template = {"Resources": {"P": {"Properties": {"PolicyDocument": {"Statement": [statement]}}}}}
    [rewritten] = emulated(template)["Resources"]["P"]["Properties"]["PolicyDocument"]["Statement"]
    pieces = rewritten["Resource"][0]["Fn::Join"][1]
    assert pieces == ["arn:", {"Ref": "AWS::Partition"}, ":schedule/default/*"]
    assert rewritten["Resource"][1] == "arn:aws:s3:::a/b/*"
