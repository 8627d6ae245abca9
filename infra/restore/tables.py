"""Tables and backups as DynamoDB has them now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.restore.plan import RestoreError

# Most restores take less than an hour:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorks.html
_PAUSE_SECONDS, _LONGEST_WAIT_SECONDS = 10.0, 24 * 3600.0
# A table that is new can't be backed up, or recovered, for some minutes.
_NOT_YET = {
    "ContinuousBackupsUnavailableException",
    "TableInUseException",
    "ResourceInUseException",
    "BackupInUseException",
}


class Tables:
    """Looks and changes, each of which may be made again. `tell` takes a line for the person who waits."""

    def __init__(self, dynamodb: Any, tell: Callable[[str], None], pause: Callable[[float], None] = time.sleep) -> None:
        self._dynamodb, self._tell, self._pause = dynamodb, tell, pause

    def describe(self, table: str) -> dict[str, Any] | None:
        """What DynamoDB says of a table; None where there is none."""
        try:
            found: dict[str, Any] = self._dynamodb.describe_table(TableName=table)["Table"]
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise
        return found

    def is_active(self, table: str) -> bool:
        """Whether the table is there and ready."""
        found = self.describe(table)
        return found is not None and found["TableStatus"] == "ACTIVE"

    def backup(self, table: str, *, name: str | None = None, kind: str = "USER") -> dict[str, Any] | None:
        """The newest backup of the table with this name, where one is given; None where there is none."""
        found = [one for one in self._backups(table, kind) if name in (None, one["BackupName"])]
        return max(found, key=lambda one: one["BackupCreationDateTime"]) if found else None

    def is_backed_up(self, table: str, name: str) -> bool:
        """Whether that backup is there and complete."""
        found = self.backup(table, name=name)
        return found is not None and found["BackupStatus"] == "AVAILABLE"

    def back_up(self, table: str, name: str) -> None:
        """Returns when the backup is complete."""
        if self.backup(table, name=name) is None:
            self.when_possible(lambda: self._dynamodb.create_backup(TableName=table, BackupName=name))
        self.wait(lambda: self.is_backed_up(table, name), f"the backup {name}")

    def restore_to(self, source: str, target: str, at: datetime) -> None:
        """Makes `target` of what `source` was at the instant. Raises RestoreError for one that is out of reach."""
        if self.describe(target) is None:
            self._check_window(source, at)
            self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=source, TargetTableName=target, RestoreDateTime=at
            )
        self.wait(lambda: self.is_active(target), f"the table {target}")

    def restore_from(self, backup_arn: str, target: str) -> None:
        """Makes `target` of a backup."""
        if self.describe(target) is None:
            self._dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=backup_arn)
        self.wait(lambda: self.is_active(target), f"the table {target}")

    def delete(self, table: str) -> None:
        """Returns when the table, and its protection, are gone."""
        found = self.describe(table)
        if found is not None and found.get("DeletionProtectionEnabled"):
            self.update(table, DeletionProtectionEnabled=False)
        if found is not None and found["TableStatus"] != "DELETING":
            self._dynamodb.delete_table(TableName=table)
        self.wait(lambda: self.describe(table) is None, f"{table} to be gone")

    def update(self, table: str, **changes: Any) -> None:
        """Changes settings of a table; returns when it is ready again."""
        self.when_possible(lambda: self._dynamodb.update_table(TableName=table, **changes))
        self.wait(lambda: self.is_active(table), f"the table {table}")

    def when_possible(self, call: Callable[[], Any]) -> None:
        """Makes the call, again and again while DynamoDB says that it is too early."""

        def is_taken() -> bool:
            try:
                call()
            except ClientError as error:
                if _code(error) in _NOT_YET:
                    return False
                raise
            return True

        self.wait(is_taken, "DynamoDB to take a change")

    def wait(self, is_over: Callable[[], bool], what: str) -> None:
        """Returns when it is over. Raises RestoreError after a day: running the command again goes on."""
        waited = 0.0
        while not is_over():
            if waited >= _LONGEST_WAIT_SECONDS:
                raise RestoreError(f"waited a day for {what}: look at it, and run the same command again")
            if waited % 60 == 0:
                self._tell(f"  waiting for {what} …")
            self._pause(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS

    def _backups(self, table: str, kind: str) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"TableName": table, "BackupType": kind}
        while True:
            answer = self._dynamodb.list_backups(**request)
            yield from (one for one in answer["BackupSummaries"] if one["BackupType"] == kind)
            if "LastEvaluatedBackupArn" not in answer:
                return
            request["ExclusiveStartBackupArn"] = answer["LastEvaluatedBackupArn"]

    def _check_window(self, source: str, at: datetime) -> None:
        answer = self._dynamodb.describe_continuous_backups(TableName=source)
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise RestoreError(f"{source} has no point-in-time recovery: this stage does not keep its data")
        first, last = recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]
        if not first <= at <= last:
            window = f"{first:%Y-%m-%dT%H:%M:%SZ} to {last:%Y-%m-%dT%H:%M:%SZ}"
            raise RestoreError(f"AT is {at:%Y-%m-%dT%H:%M:%SZ}; {source} can be restored to {window}")


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
