"""A campaign through the deployed functions' own handlers, against the stub: start, plan, release, send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ariia.adapters.dynamodb import models
from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.tenants import DynamoTenants
from ariia.domain.audience.target import Target
from ariia.domain.campaigns.run import take_charge
from ariia.domain.tenants.plan import Plan
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.campaigns import CampaignChange
from functions.plan_audience import handler as plan_audience
from functions.release_batches import handler as release_batches
from functions.send_batch import handler as send_batch

from .measuring import LambdaContext, Spent, quiet, spending
from .message import TENANT, campaign, content
from .stub.tables import PREFIX
from .stub_process import REGION, StubClient

MESSAGES_PER_INVOCATION = 10
ROUND_SECONDS = 10
_CONTEXT: Any = LambdaContext()
_QUEUE_ARN = f"arn:aws:sqs:{REGION}:123456789012:ariia-email"


@dataclass
class RunningCampaign:
    """One campaign of the benchmark's tenant; `epoch` names its run."""

    stub: StubClient
    campaign_id: str
    epoch: int = 1
    waiting: list[dict[str, Any]] = field(default_factory=list)

    @property
    def _input(self) -> dict[str, Any]:
        return {"tenant_id": TENANT, "campaign_id": self.campaign_id, "epoch": self.epoch}

    def start(self) -> None:
        """Approved and sent, as the API leaves it."""
        models.use_prefix(PREFIX)
        DynamoTenants().create(Tenant(TENANT, "Studio Nord", Plan.ENTERPRISE))
        store, made, said = DynamoCampaigns(), campaign(self.campaign_id), content()
        target = Target()
        assert store.create(CampaignChange(made, said, target, (str(made.approved_hash), said, target)))
        self.epoch = made.version
        move = take_charge(made, self.epoch, by="anna", at=made.created_at)
        assert store.save(CampaignChange(made, moves=[move]))

    def plan(self) -> None:
        """All shards, then the freeze."""
        for action in ("plan", "freeze"):
            answer = plan_audience.handler({**self._input, "action": action}, _CONTEXT)
            assert answer["outcome"] == "planned", answer

    def round(self, idle: int = 0) -> dict[str, Any]:
        """One round of the loop; what it queued joins what waits."""
        answer: dict[str, Any] = release_batches.handler({**self._input, "idle": idle}, _CONTEXT)
        self.waiting += self.stub.messages()
        return answer

    def send(self, messages: int) -> None:
        """Invokes the sender until `messages` of the waiting queue messages are done."""
        todo, self.waiting = self.waiting[:messages], self.waiting[messages:]
        for start in range(0, len(todo), MESSAGES_PER_INVOCATION):
            event = {"Records": [_record(one) for one in todo[start : start + MESSAGES_PER_INVOCATION]]}
            answer = send_batch.handler(event, _CONTEXT)
            assert answer == {"batchItemFailures": []}, answer

    def run(self, per_second: float) -> tuple[Spent, Spent]:
        """From the first round to the end, with as much sent between two rounds as `per_second` (members) allows:
        what releasing and what sending took."""
        releasing, sending = Spent(), Spent()
        with quiet():
            while True:
                with spending() as spent:
                    answer = self.round()
                _add(releasing, spent)
                if answer["outcome"] == "end":
                    return releasing, sending
                seconds = max(ROUND_SECONDS, answer["wait_seconds"])
                with spending() as spent:
                    self.send(round(seconds * per_second / 50))
                _add(sending, spent)


def _add(total: Spent, spent: Spent) -> None:
    total.cpu, total.wall = total.cpu + spent.cpu, total.wall + spent.wall


def _record(message: dict[str, Any]) -> dict[str, Any]:
    attributes = {"SentTimestamp": "1790000000000", "MessageGroupId": message["MessageGroupId"]}
    return {
        "messageId": f"message-{message['Id']}",
        "receiptHandle": "handle",
        "body": message["MessageBody"],
        "attributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": _QUEUE_ARN,
    }


def batch_rows(stub: StubClient, campaign_id: str, shard: int) -> list[dict[str, Any]]:
    """The ledger rows of one shard."""
    return stub.items("ledger", f"{TENANT}#{campaign_id}#{shard}")


def accepted(stub: StubClient, campaign_id: str, shards: int = 16) -> int:
    """Members that the ledger holds as accepted; a benchmark that sent nothing would be fast."""
    total = 0
    for shard in range(shards):
        for item in batch_rows(stub, campaign_id, shard):
            if "entries_json" in item:
                total += sum(entry[1:2] == ["a"] for entry in json.loads(item["entries_json"]["S"]))
    return total
