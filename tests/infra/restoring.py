"""A table of a stage in the emulator that is damaged and restored, and a process that crashes as told."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.models import Model

from ariia.adapters.dynamodb.models import TABLES, logical_name
from infra.config import ChannelConfig, StageConfig
from infra.local.ministack import Ministack
from infra.restore.plan import RestorePlan
from infra.restore.steps import Restore
from infra.restore.tables import Tables

AT = "2026-11-30T08:15:00Z"
ROLE = "arn:aws:iam::000000000000:role/any"
_CHANGES = ("create", "restore", "delete", "update", "tag")


class Crashed(Exception):
    """The process is no more."""


class Crashing:
    """A client that crashes right before, or right after, its change number `at` (0: never). It adds what the emulator
    lacks: the copy as it was at the instant, a window to restore from, and from which backup a table was made."""

    def __init__(
        self,
        client: Any,
        counter: list[int],
        at: int,
        *,
        after: bool,
        then: Callable[[], None],
        made_from: dict[str, str],
    ) -> None:
        self._client, self._counter, self._at, self._after = client, counter, at, after
        self._then, self._made_from = then, made_from

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not name.startswith(_CHANGES):
            return method

        def call(**request: Any) -> Any:
            self._counter[0] += 1
            is_last = self._counter[0] == self._at
            if is_last and not self._after:
                raise Crashed
            answer = method(**request)
            if name == "restore_table_to_point_in_time":
                self._then()
            if name == "restore_table_from_backup":
                self._made_from[answer["TableDescription"]["TableId"]] = request["BackupArn"]
            if is_last:
                raise Crashed
            return answer

        return call

    def describe_table(self, **request: Any) -> Any:
        answer = self._client.describe_table(**request)
        made_from = self._made_from.get(answer["Table"]["TableId"])
        if made_from:
            answer["Table"]["RestoreSummary"] = {"SourceBackupArn": made_from}
        return answer

    def describe_continuous_backups(self, **request: Any) -> Any:
        answer = self._client.describe_continuous_backups(**request)
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        at = datetime.fromisoformat(AT)
        recovery |= {"EarliestRestorableDateTime": at - timedelta(days=1), "LatestRestorableDateTime": at}
        return answer


class Stage:
    """One stage: a table that was good and is damaged, and the functions whose sources are stopped meanwhile."""

    def __init__(self, ministack: Ministack, prefix: str, table: str) -> None:
        session: Any = ministack.session()
        self.dynamodb, self.functions, self.sqs = (
            session.client(name, endpoint_url=ministack.endpoint) for name in ("dynamodb", "lambda", "sqs")
        )
        self.config = StageConfig(
            stage=prefix,
            prefix=prefix,
            retain_data=True,
            deletion_protection=True,
            log_retention_days=7,
            channels={"email": ChannelConfig(concurrency=2)},
        )
        self.logical, self.plan = table, RestorePlan.of(self.config, table, AT)
        self.model = next(one for one in TABLES if logical_name(one) == table)
        self.told: list[str] = []
        self._made_from: dict[str, str] = {}
        self._create()
        self.sources = [self._source(f"{prefix}-send-batch-email"), self._source(f"{prefix}-record-events")]
        self.good = [self._item(number, "good") for number in range(3)]
        for item in [*self.good, self._item(2, "damaged"), self._item(3, "damaged")]:
            self.dynamodb.put_item(TableName=self.plan.table, Item=item)

    def restore(
        self,
        *,
        agrees: Callable[[str], bool] = lambda _: True,
        crash_at: int = 0,
        after: bool = False,
        dry: bool = False,
        at: str = AT,
    ) -> int:
        """Runs the command once; how many changes it made."""
        counter = [0]
        wrapped = [
            Crashing(one, counter, crash_at, after=after, then=self._go_back, made_from=self._made_from)
            for one in (self.dynamodb, self.functions)
        ]
        tables = Tables(wrapped[0], self.told.append, pause=lambda _: time.sleep(0.01))
        plan = RestorePlan.of(self.config, self.logical, at)
        Restore(plan, *wrapped, tables, tell=self.told.append, agrees=agrees).run(dry=dry)
        return counter[0]

    def items(self, table: str | None = None) -> list[dict[str, Any]]:
        found = self.dynamodb.scan(TableName=table or self.plan.table)["Items"]
        return sorted(found, key=repr)

    def tables(self) -> list[str]:
        found = self.dynamodb.list_tables()["TableNames"]
        return [one for one in found if one.startswith(f"{self.config.prefix}-")]

    def states(self) -> set[str]:
        return {self.functions.get_event_source_mapping(UUID=one)["State"] for one in self.sources}

    def describe(self) -> dict[str, Any]:
        return dict(self.dynamodb.describe_table(TableName=self.plan.table)["Table"])

    def read_stream(self, arn: str) -> None:
        """What a deployment with `ledger_stream` does."""
        name = f"{self.config.prefix}-aggregate-stats"
        self._function(name)
        self.functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, StartingPosition="TRIM_HORIZON"
        )

    def _create(self) -> None:
        keys = _keys(self.model)
        stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": self.plan.stream}}
        self.dynamodb.create_table(
            TableName=self.plan.table,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for kind, name in keys.items()],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys.values()],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
            **(stream if self.plan.stream else {}),
        )
        specification = {"PointInTimeRecoveryEnabled": True}
        self.dynamodb.update_continuous_backups(
            TableName=self.plan.table, PointInTimeRecoverySpecification=specification
        )

    def _item(self, number: int, state: str) -> dict[str, Any]:
        keys = {name: {"S": f"{kind}-{number}"} for kind, name in _keys(self.model).items()}
        return keys | {"state": {"S": state}}

    def _go_back(self) -> None:
        for item in self.items(self.plan.copy):
            key = {name: item[name] for name in _keys(self.model).values()}
            self.dynamodb.delete_item(TableName=self.plan.copy, Key=key)
        for item in self.good:
            self.dynamodb.put_item(TableName=self.plan.copy, Item=item)

    def _source(self, function: str) -> str:
        self._function(function)
        url = self.sqs.create_queue(QueueName=function)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        made = self.functions.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)
        return str(made["UUID"])

    def _function(self, name: str) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("any.py", "def handler(event, context): return {}")
        self.functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="any.handler",
            Role=ROLE,
            Code={"ZipFile": archive.getvalue()},
        )


def _keys(model: type[Model]) -> dict[str, str]:
    attributes: list[Attribute[Any]] = list(model.get_attributes().values())
    kinds = {"HASH": "is_hash_key", "RANGE": "is_range_key"}
    return {kind: one.attr_name for kind, role in kinds.items() for one in attributes if getattr(one, role)}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
