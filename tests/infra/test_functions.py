from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ariia.adapters.aws.schedules import REVISIT_FUNCTIONS
from ariia.services.privacy import runs as privacy_runs
from ariia.settings import SETTINGS, SettingsError
from infra.constructs import revisits

from .templates import Resource, Templates

FUNCTIONS = "AWS::Lambda::Function"
SOURCES = "AWS::Lambda::EventSourceMapping"
STARTERS = (
    SOURCES,
    "AWS::ApiGatewayV2::Integration",
    "AWS::StepFunctions::StateMachine",
    "AWS::Events::Rule",
    "AWS::Scheduler::Schedule",
    "AWS::S3::Bucket",
)
ROOT = Path(__file__).parents[2]


def folder(function: Resource) -> str:
    return str(function.properties["Handler"]).split(".")[1]


def environment(function: Resource) -> dict[str, str]:
    """As the function sees it; what only the deployment knows is some text."""
    variables: dict[str, Any] = function.properties["Environment"]["Variables"]
    return {name: value if isinstance(value, str) else "known-when-deployed" for name, value in variables.items()}


def test_every_function_is_arm64_python_313(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        assert function.properties["Architectures"] == ["arm64"], function.logical_id
        assert function.properties["Runtime"] == "python3.13", function.logical_id


def test_every_function_folder_is_deployed_and_nothing_else(stage: Templates) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert {folder(function) for function in stage.resources(FUNCTIONS)} == folders


def test_every_function_is_started_by_something(stage: Templates) -> None:
    """By a queue or stream, an upload, a request, a state machine, a rule or schedule, by another function (which is
    told its ARN), or by a schedule of a revisit."""
    started = set()
    for kind in STARTERS:
        for one in stage.resources(kind) if stage.count(kind) else ():
            started |= set(stage.references(one.properties, one.stack))
    for one in stage.resources(FUNCTIONS):
        started |= set(stage.references(one.properties["Environment"], one.stack))
    for function in stage.resources(FUNCTIONS):
        is_revisited = folder(function) in REVISIT_FUNCTIONS.values()
        assert is_revisited or (function.stack, function.logical_id) in started, function.logical_id


def test_revisits_may_invoke_the_functions_of_their_kinds() -> None:
    assert set(revisits.FUNCTIONS) == set(REVISIT_FUNCTIONS.values())


def test_handler_has_the_same_name_in_lambda_and_here(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        assert function.properties["Handler"] == f"functions.{folder(function)}.handler.handler"


def test_package_holds_its_own_function_only(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        digest = str(function.properties["Code"]["S3Key"]).removesuffix(".zip")
        inside = stage.assembly / f"asset.{digest}" / "functions"
        assert {path.name for path in inside.iterdir()} == {"__init__.py", folder(function)}
        assert not list(inside.rglob("__pycache__"))


def test_every_function_has_a_role_of_its_own(stage: Templates) -> None:
    functions = stage.resources(FUNCTIONS)
    roles = {stage.resolve(function.properties["Role"], function.stack) for function in functions}
    assert len(roles) == len(functions)


def test_every_function_has_a_log_group_that_forgets(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        group = stage.resource(function.properties["LoggingConfig"]["LogGroup"], function.stack)
        assert group.properties["LogGroupName"] == f"/aws/lambda/{function.properties['FunctionName']}"
        assert group.properties["RetentionInDays"] > 0


def test_no_log_group_keeps_for_ever(stage: Templates) -> None:
    for group in stage.resources("AWS::Logs::LogGroup"):
        assert group.properties["RetentionInDays"] > 0, group.logical_id


def test_every_function_has_both_layers_of_its_own_stack(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        layers = [stage.resolve(layer, function.stack) for layer in function.properties["Layers"]]
        assert len(layers) == 2
        assert {owner for owner, _ in layers} == {function.stack}, "a shared layer can't be updated while in use"


def test_environment_satisfies_the_settings_of_each_function(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        settings = SETTINGS[folder(function)].from_environment(environment(function))
        assert settings.shards == 16, function.logical_id


def test_a_variable_that_is_missing_would_be_noticed(stage: Templates) -> None:
    function = next(one for one in stage.resources(FUNCTIONS) if folder(one) == "send_batch")
    lacking = environment(function)
    del lacking["ARIIA_CHANNEL"]
    with pytest.raises(SettingsError, match="ARIIA_CHANNEL is missing"):
        SETTINGS["send_batch"].from_environment(lacking)


def test_functions_get_no_variable_that_their_settings_do_not_know(stage: Templates) -> None:
    for function in stage.resources(FUNCTIONS):
        known = {f"ARIIA_{name.upper()}" for name in SETTINGS[folder(function)].__dataclass_fields__}
        given = {name for name in environment(function) if name.startswith("ARIIA_")}
        assert given <= known, function.logical_id


def test_only_the_laptop_stands_in_for_a_stream_shard(production: Templates, laptop: Templates) -> None:
    def shard(templates: Templates) -> str | None:
        function = next(one for one in templates.resources(FUNCTIONS) if folder(one) == "aggregate_stats")
        return environment(function).get("ARIIA_STREAM_SHARD")

    assert shard(production) is None
    assert shard(laptop)


def test_every_optional_setting_of_the_api_is_given_by_its_stage(stage: Templates) -> None:
    function = next(one for one in stage.resources(FUNCTIONS) if folder(one) == "api")
    given = environment(function)
    assert {f"ARIIA_{name.upper()}" for name in SETTINGS["api"].__dataclass_fields__} <= set(given)
    assert given["ARIIA_SES_USD_PER_1000"] == "0.1"


def test_stream_is_read_in_order_and_in_windows_on_aws(production: Templates) -> None:
    [source] = [one for one in production.resources(SOURCES) if "ParallelizationFactor" in one.properties]
    assert source.properties["ParallelizationFactor"] == 1
    assert source.properties["TumblingWindowInSeconds"] == 30
    assert source.properties["StartingPosition"] == "TRIM_HORIZON"
    assert "OnFailure" in source.properties["DestinationConfig"]
    assert "FunctionResponseTypes" not in source.properties


def test_queue_sources_report_single_failures(stage: Templates) -> None:
    sources = [one for one in stage.resources(SOURCES) if "ParallelizationFactor" not in one.properties]
    assert sources
    for source in sources:
        assert source.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"], source.logical_id


def test_senders_and_recorders_run_at_most_as_often_as_configured(production: Templates) -> None:
    limits = [one.properties.get("ScalingConfig") for one in production.resources(SOURCES)]
    assert [limit for limit in limits if limit] == [{"MaximumConcurrency": 4}, {"MaximumConcurrency": 50}]


def test_an_erasure_waits_longer_than_any_function_runs(production: Templates) -> None:
    functions = production.resources(FUNCTIONS)
    longest = max(int(function.properties["Timeout"]) for function in functions)
    [waiting] = [one for one in functions if folder(one) == "privacy_requests"]
    assert int(environment(waiting)["ARIIA_QUIET_SECONDS"]) >= longest + 30


def test_a_run_that_is_arranged_first_finds_the_one_before_it_over(production: Templates) -> None:
    [function] = [one for one in production.resources(FUNCTIONS) if folder(one) == "privacy_requests"]
    assert function.properties["Timeout"] * 1000 < privacy_runs._AGAIN_MS
