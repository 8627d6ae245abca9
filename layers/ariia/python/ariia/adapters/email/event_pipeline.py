"""Proof that provider events still arrive and are recorded; a probe makes one come when idle."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.aws.dead_events import SqsDeadEvents
from ariia.adapters.aws.send_queue import SqsBacklog
from ariia.adapters.dynamodb.client import CONDITION_FAILED, code_of, number, passing_faults, text
from ariia.adapters.dynamodb.ledger.event_watch import DynamoEventWatch
from ariia.domain.ledger.event_watch import EventWatch
from ariia.ports.ledger.sending import EventPipeline, PipelineState

# Accepted and delivered, without effect on reputation and daily quota (SES Developer Guide, "mailbox simulator").
_TEST_MAILBOX = "success@simulator.amazonses.com"
_NO_QUEUES = "this function was built without access to the event queues"
_KEY = {"channel": text("email#pipeline")}


class SesEventPipeline(EventPipeline):
    """The event pipeline of SES over SNS and SQS."""

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        backlog: SqsBacklog | None = None,
        dead: SqsDeadEvents | None = None,
        ses: Any = None,
        configuration_set: str = "",
    ) -> None:
        self._dynamodb, self._table, self._backlog, self._dead = dynamodb, table, backlog, dead
        self._watch = DynamoEventWatch(dynamodb, table)
        self._ses, self._configuration_set = ses, configuration_set

    def backlog(self) -> int:
        if self._backlog is None:
            raise RuntimeError(_NO_QUEUES)
        return self._backlog.count()

    def dead_events(self) -> set[int] | None:
        if self._dead is None:
            raise RuntimeError(_NO_QUEUES)
        return self._dead.published()

    def watch(self, now: int, window_ms: int) -> EventWatch:
        return self._watch.extend(now, window_ms)

    def note_received(self, oldest_at: int, now: int) -> None:
        self._watch.note(oldest_at, now)

    def state(self) -> PipelineState:
        with passing_faults():
            item = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item", {})
        stored = {name: int(item[name]["N"]) for name in ("latest_event_at", "probed_at") if name in item}
        return PipelineState(**stored)

    def note_event(self, at: int) -> None:
        self._raise_to("latest_event_at", at, "attribute_not_exists(latest_event_at) OR latest_event_at < :at", {})

    def probe(self, from_address: str, now: int, every_ms: int) -> None:
        earliest = {":earliest": number(now - every_ms)}
        condition = "attribute_not_exists(probed_at) OR probed_at <= :earliest"
        if self._raise_to("probed_at", now, condition, earliest):
            self._ses.send_email(
                FromEmailAddress=from_address,
                Destination={"ToAddresses": [_TEST_MAILBOX]},
                ConfigurationSetName=self._configuration_set,
                Content={"Simple": {"Subject": {"Data": "Probe"}, "Body": {"Text": {"Data": "Event pipeline probe"}}}},
            )

    def _raise_to(self, name: str, at: int, condition: str, more: dict[str, Any]) -> bool:
        try:
            with passing_faults():
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key=_KEY,
                    UpdateExpression=f"SET {name} = :at",
                    ConditionExpression=condition,
                    ExpressionAttributeValues={":at": number(at)} | more,
                )
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
        return True
