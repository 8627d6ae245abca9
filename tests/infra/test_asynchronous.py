"""Work that is begun by asynchronous invocations: while there is none, nothing polls."""

from __future__ import annotations

import json

import pytest

from .templates import Resource, Templates

FUNCTIONS = "AWS::Lambda::Function"
BEGUN_SO = ["count_audience", "import_members", "privacy_requests", "recount_statistics", "run_series", "tend_messages"]


def named(stage: Templates, folder: str) -> Resource:
    [found] = [one for one in stage.resources(FUNCTIONS) if f"functions.{folder}." in one.properties["Handler"]]
    return found


def test_what_lambda_gives_up_after_three_attempts_or_six_hours_is_a_dead_letter(stage: Templates) -> None:
    caught = []
    for config in stage.resources("AWS::Lambda::EventInvokeConfig"):
        function = stage.resource(config.properties["FunctionName"], config.stack)
        caught.append(function.properties["Handler"].split(".")[1])
        assert config.properties["MaximumRetryAttempts"] == 2
        assert config.properties["MaximumEventAgeInSeconds"] == 6 * 3600
        destination = config.properties["DestinationConfig"]["OnFailure"]["Destination"]
        queue = str(stage.resource(destination, config.stack).properties["QueueName"])
        assert queue.endswith("-dead-letters")
        assert not queue.endswith("-events-dead-letters")
    assert sorted(caught) == BEGUN_SO


def test_bucket_may_invoke_the_import_before_it_is_told_to(stage: Templates) -> None:
    [bucket] = stage.resources("AWS::S3::Bucket")
    [notification] = bucket.properties["NotificationConfiguration"]["LambdaConfigurations"]
    function = stage.resource(notification["Function"], bucket.stack)
    assert function.logical_id == named(stage, "import_members").logical_id
    [permission] = [
        one for one in stage.resources("AWS::Lambda::Permission") if one.properties["Principal"] == "s3.amazonaws.com"
    ]
    assert stage.resource(permission.properties["FunctionName"], permission.stack).logical_id == function.logical_id
    assert permission.properties["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert permission.logical_id in bucket.body["DependsOn"]


@pytest.mark.parametrize("folder", ["import_members", "count_audience"])
def test_function_that_goes_on_in_another_invocation_knows_itself_by_its_right_name(
    stage: Templates, folder: str
) -> None:
    function = named(stage, folder)
    told = json.dumps(function.properties["Environment"]["Variables"][f"ARIIA_{folder.upper()}_ARN"])
    assert f":function:{function.properties['FunctionName']}" in told


def test_only_the_import_may_invoke_itself_without_end(stage: Templates) -> None:
    allowed = [one for one in stage.resources(FUNCTIONS) if one.properties.get("RecursiveLoop") == "Allow"]
    assert [one.logical_id for one in allowed] == [named(stage, "import_members").logical_id]
