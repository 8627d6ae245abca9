from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.config import ConfigError, StageConfig

CDK_JSON = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())


def read(**changes: Any) -> StageConfig:
    values = {
        "prefix": "ariia-test",
        "retain_data": True,
        "deletion_protection": True,
        "log_retention_days": 30,
        "channels": {"email": {"concurrency": 2}},
    }
    return StageConfig.from_context("test", {"test": values | changes})


@pytest.mark.parametrize("stage", CDK_JSON["context"]["stages"])
def test_every_stage_of_cdk_json_can_be_deployed(stage: str) -> None:
    assert StageConfig.from_context(stage, CDK_JSON["context"]["stages"]).stage == stage


def test_no_executions_are_reserved_unless_a_stage_says_so() -> None:
    assert read().reserved_public_pages is None
    assert read(reserved_public_pages=20).reserved_public_pages == 20


def test_stages_have_different_prefixes() -> None:
    stages = CDK_JSON["context"]["stages"]
    assert len({one["prefix"] for one in stages.values()}) == len(stages)


def test_an_unknown_stage_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"stage 'prod' is not one of dev, local, production"):
        StageConfig.from_context("prod", CDK_JSON["context"]["stages"])


def test_no_stages_at_all() -> None:
    with pytest.raises(ConfigError, match="has no `stages`"):
        StageConfig.from_context("dev", None)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"prefix": "Ariia!"}, "prefix: must be text that matches"),
        ({"prefix": "a" * 40}, "prefix: must be text that matches"),
        ({"retain_data": "yes"}, "retain_data: must be true or false, not 'yes'"),
        ({"log_retention_days": 5}, "log_retention_days: must be one of 1, 7, 14"),
        ({"lease_seconds": 100}, "lease_seconds: must be a whole number from 101 to 900, not 100"),
        ({"lease_seconds": 110, "provider_read_timeout_seconds": 20}, "lease_seconds: must be a whole number from 111"),
        ({"rounds_per_execution": 1001}, "rounds_per_execution: must be a whole number from 1 to 1000"),
        ({"shards": True}, "shards: must be a whole number"),
        ({"ses_usd_per_1000": "0.16"}, "ses_usd_per_1000: must be a number from 0 to 10, not '0.16'"),
        ({"ses_usd_per_1000": 160}, "ses_usd_per_1000: must be a number from 0 to 10"),
        ({"events_visibility_seconds": 179}, "events_visibility_seconds: must be a whole number from 180 to 900"),
        (
            {"events_visibility_seconds": 30, "laptop": True},
            "events_visibility_seconds: must be a whole number from 31",
        ),
        ({"events_concurrency": 1}, "events_concurrency: must be a whole number from 2 to 1000"),
        ({"reserved_public_pages": 0}, "reserved_public_pages: must be a whole number from 1 to 1000"),
        ({"alarm_email": "nobody"}, "alarm_email: must be text that matches"),
        ({"browser_origins": "https://a.example"}, "browser_origins: must be a list of texts"),
        ({"channels": {}}, "channels: no channel is configured"),
        ({"channels": {"fax": {"concurrency": 2}}}, "unknown channels fax; known: email"),
        ({"channels": {"email": {"concurrency": 1}}}, "channels.email.concurrency: must be a whole number from 2"),
        ({"channels": {"email": {"concurrency": 2, "speed": 1}}}, "channels.email: unknown setting 'speed'"),
        ({"channels": 3}, "channels: must be an object, not 3"),
        ({"identity": {"issuer": "https://x.example"}}, "issuer and audience belong together"),
        ({"identity": {"audience": ["a"]}}, "issuer and audience belong together"),
        ({"identity": {"issuer": "http://x.example", "audience": ["a"]}}, "issuer: must be an https:// address"),
        ({"domain": {"name": "mail.example.com"}}, "domain.certificate_arn: must be text"),
        ({"colour": "red"}, "unknown setting 'colour'"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(**changes)
    assert problem in str(refused.value)


@pytest.mark.parametrize("value", [[], [[]], {"a": 1}, -1, 1e300, "", False, 10**30], ids=repr)
@pytest.mark.parametrize("name", [name for name in StageConfig.model_fields if name != "stage"])
def test_whatever_stands_in_the_place_of_a_setting_is_taken_or_named(name: str, value: object) -> None:
    problem = ""
    try:
        read(**{name: value})
    except ConfigError as refused:
        problem = str(refused)
    assert not problem or f"stages.test.{name}" in problem


def test_an_item_of_a_list_is_named_by_its_place() -> None:
    with pytest.raises(ConfigError, match=r"browser_origins\.1: must be text, not 3"):
        read(browser_origins=["https://a.example", 3])


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        read(prefix="!", shards=0, colour="red")
    assert str(refused.value).count("\n") == 3


def test_defaults_are_those_of_the_design() -> None:
    config = read()
    assert (config.shards, config.rounds_per_execution, config.upload_expiry_days) == (16, 1000, 7)
    assert config.identity.tenant_claim == "custom:tenant_id"
    assert config.tracing
    assert config.alarms
    assert not config.dashboard
