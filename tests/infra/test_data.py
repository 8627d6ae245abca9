from __future__ import annotations

import pytest
from pynamodb.models import Model

from ariia.adapters.dynamodb.models import TABLES, CampaignPartModel, JobModel, LedgerModel, logical_name
from ariia.domain.imports.job import ImportFormat, ImportJob
from ariia.domain.privacy.export import KEPT_MS, MemberExport

from .templates import Resource, Templates

TABLE = "AWS::DynamoDB::Table"


def table_of(templates: Templates, prefix: str, model: type[Model]) -> Resource:
    wanted = f"{prefix}-{logical_name(model)}"
    return next(one for one in templates.resources(TABLE) if one.properties["TableName"] == wanted)


def test_there_is_one_table_per_model(stage: Templates) -> None:
    assert len(stage.resources(TABLE)) == len(TABLES)


@pytest.mark.parametrize("model", TABLES)
def test_keys_of_table_and_model_are_the_same(production: Templates, model: type[Model]) -> None:
    keys = {
        key["KeyType"]: key["AttributeName"] for key in table_of(production, "ariia", model).properties["KeySchema"]
    }
    attributes = model.get_attributes().values()
    assert keys["HASH"] == next(one.attr_name for one in attributes if one.is_hash_key)
    assert keys.get("RANGE") == next((one.attr_name for one in attributes if one.is_range_key), None)


def test_only_the_ledger_has_a_stream_with_both_images(production: Templates) -> None:
    for model in TABLES:
        stream = table_of(production, "ariia", model).properties.get("StreamSpecification")
        assert stream == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if model is LedgerModel else None)


def test_finished_jobs_expire(production: Templates) -> None:
    expiry = table_of(production, "ariia", JobModel).properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_production_keeps_its_data_whatever_happens_to_its_stacks(production: Templates) -> None:
    for table in production.resources(TABLE):
        assert table.body["DeletionPolicy"] == "Retain"
        assert table.properties["DeletionProtectionEnabled"] is True
        assert table.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    for kind in ("AWS::Cognito::UserPool", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"):
        assert all(one.body["DeletionPolicy"] == "Retain" for one in production.resources(kind)), kind


def test_the_laptop_leaves_nothing_behind(laptop: Templates) -> None:
    for table in laptop.resources(TABLE):
        assert table.body["DeletionPolicy"] == "Delete"
        assert table.properties["DeletionProtectionEnabled"] is False


def test_tables_are_paid_by_request(stage: Templates) -> None:
    assert {one.properties["BillingMode"] for one in stage.resources(TABLE)} == {"PAY_PER_REQUEST"}


def test_uploads_are_private_and_forgotten_after_a_week(stage: Templates) -> None:
    [bucket] = stage.resources("AWS::S3::Bucket")
    assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket.properties["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 7
    assert "BucketEncryption" in bucket.properties


def test_only_uploads_are_announced_not_what_came_of_them(stage: Templates) -> None:
    [bucket] = stage.resources("AWS::S3::Bucket")
    [told] = bucket.properties["NotificationConfiguration"]["LambdaConfigurations"]
    rules = told["Filter"]["S3Key"]["Rules"]
    job = ImportJob("job-1", "studio", ImportFormat.CSV, "anna", 0)
    assert rules == [{"Name": "prefix", "Value": "imports/"}]
    assert job.key.startswith("imports/")
    assert job.result_key("rejected", 0).startswith("results/")


def test_users_can_not_choose_their_tenant(stage: Templates) -> None:
    [pool] = stage.resources("AWS::Cognito::UserPool")
    [tenant] = [one for one in pool.properties["Schema"] if one["Name"] == "tenant_id"]
    assert tenant["Mutable"] is False
    assert pool.properties["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    [client] = stage.resources("AWS::Cognito::UserPoolClient")
    assert set(client.properties["WriteAttributes"]) == {"given_name", "family_name"}


def test_there_is_a_group_for_every_role(stage: Templates) -> None:
    groups = {one.properties["GroupName"] for one in stage.resources("AWS::Cognito::UserPoolGroup")}
    assert groups == {"viewer", "editor", "approver", "admin", "agent", "connector", "platform"}


def test_archives_rest_where_they_are_forgotten_and_not_announced(stage: Templates) -> None:
    export = MemberExport("e1", "studio", "subject", "anna", 0)
    assert export.key.startswith("exports/")
    assert all(one.startswith("exports/") for one in export.part_keys)
    [bucket] = stage.resources("AWS::S3::Bucket")
    [rule] = bucket.properties["LifecycleConfiguration"]["Rules"]
    assert "Prefix" not in rule
    assert rule["ExpirationInDays"] * 86_400_000 == KEPT_MS


def test_recipients_who_are_no_members_expire(production: Templates) -> None:
    expiry = table_of(production, "ariia", CampaignPartModel).properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}
