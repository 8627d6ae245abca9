from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from infra.application import build
from infra.config import ChannelConfig, DomainConfig, IdentityConfig, StageConfig

from .templates import Templates

ORDER = ["data", "messaging", "automation", "api", "monitoring"]


def part(stack: str) -> str:
    return stack.rsplit("-", 1)[1]


def any_config(**changes: object) -> StageConfig:
    values: dict[str, object] = {
        "stage": "test",
        "prefix": "ariia-test",
        "retain_data": False,
        "deletion_protection": False,
        "log_retention_days": 7,
        "channels": {"email": ChannelConfig(concurrency=2)},
    }
    return StageConfig(**values | changes)  # type: ignore[arg-type]


def synthesise(config: StageConfig, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("assembly")
    app = App(outdir=str(folder), context={"aws:cdk:bundling-stacks": []})
    build(app, config)
    app.synth()
    return Templates(folder)


def test_every_stack_depends_only_on_those_to_its_left(stage: Templates) -> None:
    assert sorted(map(part, stage.stacks), key=ORDER.index) == ORDER
    for name in stage.stacks:
        needs = [part(one) for one in stage.manifest[name].get("dependencies", []) if one in stage.stacks]
        assert all(ORDER.index(one) < ORDER.index(part(name)) for one in needs), name


def test_there_are_seven_alarms_at_most_and_each_gives_advice(production: Templates) -> None:
    alarms = production.resources("AWS::CloudWatch::Alarm")
    assert len(alarms) <= 7
    for alarm in alarms:
        assert len(alarm.properties["AlarmDescription"]) > 20
        assert alarm.properties["AlarmActions"]


def test_alarms_may_publish_to_their_topic(production: Templates) -> None:
    topic = production.resource(
        production.resources("AWS::CloudWatch::Alarm")[0].properties["AlarmActions"][0], "ariia-monitoring"
    )
    [policy] = [
        one
        for one in production.resources("AWS::SNS::TopicPolicy")
        if one.properties["Topics"] == [{"Ref": topic.logical_id}]
    ]
    allowed = [one["Principal"] for one in policy.properties["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert allowed == [{"Service": "cloudwatch.amazonaws.com"}, {"Service": "events.amazonaws.com"}]


def test_a_run_that_ended_as_it_should_not_is_told_to_whom_alarms_call(production: Templates) -> None:
    [rule] = production.resources("AWS::Events::Rule")
    pattern, [target] = rule.properties["EventPattern"], rule.properties["Targets"]
    assert set(pattern["detail"]["status"]) == {"FAILED", "TIMED_OUT", "ABORTED"}
    [machine] = pattern["detail"]["stateMachineArn"]
    assert production.resource(machine, rule.stack).body["Type"] == "AWS::StepFunctions::StateMachine"
    alarm = production.resources("AWS::CloudWatch::Alarm")[0]
    assert target["Arn"] == alarm.properties["AlarmActions"][0]
    words = target["InputTransformer"]["InputTemplate"]
    assert "pause and resume" in words
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        assert f"<{name}>" in words
        assert path in ("$.detail.status", "$.detail.executionArn")


def test_a_stage_without_alarms_is_told_nothing(laptop: Templates) -> None:
    assert laptop.count("AWS::Events::Rule") == laptop.count("AWS::CloudWatch::Alarm") == 0


def test_no_alarm_joins_more_metrics_than_cloudwatch_takes(production: Templates) -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html
    for alarm in production.resources("AWS::CloudWatch::Alarm"):
        metrics = [one for one in alarm.properties.get("Metrics", []) if "MetricStat" in one]
        assert len(metrics) <= 10, alarm.logical_id


def test_the_error_alarm_counts_every_function_there_is(production: Templates) -> None:
    """Without dimensions Lambda's metric is the sum over all functions of account and region."""
    [alarm] = [
        one.properties
        for one in production.resources("AWS::CloudWatch::Alarm")
        if one.properties["AlarmName"].endswith("function-errors")
    ]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Errors", "Sum")
    assert "Dimensions" not in alarm
    assert "Metrics" not in alarm


@pytest.mark.parametrize("wanted", [True, False])
def test_a_dashboard_is_there_if_the_stage_wants_one(tmp_path_factory: pytest.TempPathFactory, wanted: bool) -> None:
    templates = synthesise(any_config(dashboard=wanted), tmp_path_factory)
    assert templates.count("AWS::CloudWatch::Dashboard") == wanted
    assert templates.resources("AWS::CloudWatch::Alarm")


def test_a_stage_without_alarms_and_dashboard_has_nothing_to_monitor_with(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    templates = synthesise(any_config(alarms=False), tmp_path_factory)
    assert "monitoring" not in map(part, templates.stacks)


def test_the_stacks_need_no_custom_resource(stage: Templates) -> None:
    kinds = {one["Type"] for template in stage.stacks.values() for one in template["Resources"].values()}
    assert not [kind for kind in kinds if "Custom" in kind]


def test_templates_pass_cfn_lint(stage: Templates) -> None:
    paths = [str(path) for path in stage.paths.values()]
    linter = Path(sys.executable).with_name("cfn-lint")
    # W3005: CDK repeats dependencies that references imply.
    command = [str(linter), "--ignore-checks", "W3005", "--regions", "eu-central-1", "us-east-1", "--", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unexplained_finding_stops_the_deployment(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), context={"aws:cdk:bundling-stacks": []})
    build(app, any_config())
    sqs.Queue(Stack(app, "careless"), "PlainHttpAllowed")
    with pytest.raises(RuntimeError, match="does not require requests to use SSL"):
        app.synth()


def test_a_given_issuer_replaces_the_user_pool(tmp_path_factory: pytest.TempPathFactory) -> None:
    identity = IdentityConfig(issuer="https://login.example.com/", audience=("campaigns",), tenant_claim="org")
    templates = synthesise(any_config(identity=identity), tmp_path_factory)
    assert templates.count("AWS::Cognito::UserPool") == 0
    [authorizer] = templates.resources("AWS::ApiGatewayV2::Authorizer")
    assert authorizer.properties["JwtConfiguration"] == {
        "Audience": ["campaigns"],
        "Issuer": "https://login.example.com/",
    }
    [api] = [
        one for one in templates.resources("AWS::Lambda::Function") if "functions.api" in one.properties["Handler"]
    ]
    assert api.properties["Environment"]["Variables"]["ARIIA_TENANT_CLAIM"] == "org"


def test_a_restored_ledger_is_read_by_the_stream_that_the_stage_names(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And the export of the old one stays: it can't go, or change, while the deployed stack still imports it."""
    stream = "arn:aws:dynamodb:eu-central-1:111122223333:table/ariia-test-ledger/stream/2026-11-30T09:00:00.000"
    before = synthesise(any_config(), tmp_path_factory)
    after = synthesise(any_config(ledger_stream=stream), tmp_path_factory)
    [source] = [
        one for one in after.resources("AWS::Lambda::EventSourceMapping") if one.properties["EventSourceArn"] == stream
    ]
    # Another mapping than before, so that CloudFormation makes it before the old one goes.
    sources = {one.logical_id for one in before.resources("AWS::Lambda::EventSourceMapping")}
    assert source.logical_id not in sources
    policies = [
        statement["Resource"]
        for one in after.resources("AWS::IAM::Policy")
        for statement in one.properties["PolicyDocument"]["Statement"]
        if "dynamodb:GetRecords" in statement["Action"]
    ]
    assert policies == [stream]
    exports = [
        {name: one for name, one in templates.stacks["ariia-test-data"]["Outputs"].items() if "StreamArn" in name}
        for templates in (before, after)
    ]
    assert exports[0] == exports[1] != {}
    assert "StreamArn" not in str(after.stacks["ariia-test-automation"]["Resources"])


def test_a_custom_domain_is_the_only_way_in_and_what_links_say(tmp_path_factory: pytest.TempPathFactory) -> None:
    domain = DomainConfig(
        name="mail.example.com", certificate_arn="arn:aws:acm:eu-central-1:111122223333:certificate/x"
    )
    templates = synthesise(any_config(domain=domain, alarm_email="ops@example.com"), tmp_path_factory)
    [api] = templates.resources("AWS::ApiGatewayV2::Api")
    assert api.properties["DisableExecuteApiEndpoint"] is True
    assert templates.count("AWS::ApiGatewayV2::ApiMapping") == 1
    [sender] = [
        one for one in templates.resources("AWS::Lambda::Function") if "send_batch" in one.properties["Handler"]
    ]
    assert sender.properties["Environment"]["Variables"]["ARIIA_PUBLIC_BASE_URL"] == "https://mail.example.com"
    assert "email" in {one.properties["Protocol"] for one in templates.resources("AWS::SNS::Subscription")}
