"""What a restored table lacks (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html),
set up as the data stack has it."""

from __future__ import annotations

from typing import Any

from infra.restore.plan import RestorePlan
from infra.restore.tables import Tables


class TableSettings:
    """Of the plan's table; each is set only where it lacks."""

    def __init__(self, dynamodb: Any, tables: Tables, plan: RestorePlan) -> None:
        self._dynamodb, self._tables, self._plan = dynamodb, tables, plan

    def lacking(self) -> list[str]:
        """Names of the settings that are not as they have to be."""
        found = self._tables.describe(self._plan.table) or {}
        checks = {
            "point-in-time recovery": not self._plan.recoverable or self._is_recoverable(),
            "expiry": self._plan.expiry is None or self._expires(),
            "stream": self._plan.stream is None or bool(found.get("StreamSpecification", {}).get("StreamEnabled")),
            "tags": self._has_tags(str(found.get("TableArn", ""))),
            "deletion protection": bool(found.get("DeletionProtectionEnabled")) or not self._plan.protected,
        }
        return [name for name, is_set in checks.items() if not is_set]

    def set(self) -> None:
        """Sets what lacks."""
        for name in self.lacking():
            self._set(name)

    def _set(self, name: str) -> None:
        table = self._plan.table
        match name:
            case "point-in-time recovery":
                wanted = {"PointInTimeRecoveryEnabled": True}
                self._tables.when_possible(
                    lambda: self._dynamodb.update_continuous_backups(
                        TableName=table, PointInTimeRecoverySpecification=wanted
                    )
                )
            case "expiry":
                expiry = {"Enabled": True, "AttributeName": self._plan.expiry}
                self._tables.when_possible(
                    lambda: self._dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
                )
            case "stream":
                stream = {"StreamEnabled": True, "StreamViewType": self._plan.stream}
                self._tables.update(table, StreamSpecification=stream)
            case "tags":
                tags = [{"Key": key, "Value": value} for key, value in self._plan.tags]
                found = self._tables.describe(table) or {}
                self._dynamodb.tag_resource(ResourceArn=found["TableArn"], Tags=tags)
            case "deletion protection":
                self._tables.update(table, DeletionProtectionEnabled=True)

    def _is_recoverable(self) -> bool:
        answer = self._dynamodb.describe_continuous_backups(TableName=self._plan.table)
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return bool(recovery["PointInTimeRecoveryStatus"] == "ENABLED")

    def _expires(self) -> bool:
        answer = self._dynamodb.describe_time_to_live(TableName=self._plan.table)
        return answer["TimeToLiveDescription"]["TimeToLiveStatus"] in ("ENABLED", "ENABLING")

    def _has_tags(self, arn: str) -> bool:
        answer = self._dynamodb.list_tags_of_resource(ResourceArn=arn)
        return set(self._plan.tags) <= {(one["Key"], one["Value"]) for one in answer["Tags"]}
