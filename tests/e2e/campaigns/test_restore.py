"""A table of the deployed stack is restored while the API is there to see it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.stack import LaptopStack
from infra.restore.plan import RestoreError, RestorePlan, stage_config
from infra.restore.steps import Restore
from infra.restore.tables import Tables
from tests.e2e.tenant import Tenant


class Restored:
    """DynamoDB that knows from which backup a table was made, which the emulator does not tell."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._made_from: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def restore_table_from_backup(self, **request: Any) -> Any:
        self._made_from[request["TargetTableName"]] = request["BackupArn"]
        return self._client.restore_table_from_backup(**request)

    def describe_table(self, **request: Any) -> Any:
        answer = self._client.describe_table(**request)
        if request["TableName"] in self._made_from:
            answer["Table"]["RestoreSummary"] = {"SourceBackupArn": self._made_from[request["TableName"]]}
        return answer


def begun(laptop: LaptopStack, dynamodb: Restored) -> Restore:
    """A restore of the templates to now, as far as the copy: the emulator restores to no other instant."""
    for _ in range(5):
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        plan = RestorePlan.of(stage_config("local"), "templates", at)
        answers = iter([True, False])  # paused: yes; the copy is what it shall be: not yet
        with pytest.raises(RestoreError) as told:
            restoring(laptop, dynamodb, plan, lambda _, answers=answers: next(answers)).run()
        if "stopped" in str(told.value):
            return restoring(laptop, dynamodb, plan, lambda _: True)
        # The second was over before it was asked for.
        assert "can be restored to" in str(told.value)
    raise AssertionError("the emulator takes no instant")


def restoring(laptop: LaptopStack, dynamodb: Restored, plan: RestorePlan, agrees: Any) -> Restore:
    tables = Tables(dynamodb, lambda _: None, pause=lambda _: time.sleep(0.05))
    return Restore(plan, dynamodb, laptop.client("lambda"), tables, tell=lambda _: None, agrees=agrees)


def test_what_was_changed_since_the_instant_is_as_it_was(laptop: LaptopStack, tenant: Tenant) -> None:
    dynamodb = Restored(laptop.client("dynamodb"))
    recovery = {"PointInTimeRecoveryEnabled": True}
    table = RestorePlan.of(stage_config("local"), "templates", "deletion").table
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    body = {"name": "Good", "type": "email", "body_template": "<p>Hello</p>"}
    made = tenant.api.post("/v1/templates", body, "editor")
    rest = begun(laptop, dynamodb)
    path = f"/v1/templates/{made['id']}"
    damaged = tenant.answer("PATCH", path, "editor", {"name": "Damaged", "version": made["version"]})
    assert damaged.status == 200, damaged
    rest.run()
    assert tenant.api.get(path)["name"] == "Good"
    tenant.has_people(1)
    tenant.drafts().sends().ends().agrees()


@pytest.fixture(autouse=True)
def _no_copies_left(laptop: LaptopStack) -> Any:
    yield
    dynamodb = laptop.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        if "-restored-" in name:
            dynamodb.delete_table(TableName=name)
