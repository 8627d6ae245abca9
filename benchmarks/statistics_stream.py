"""Counters: transactions per 1,000 records of the ledger's stream."""

from __future__ import annotations

from typing import Any

from functions.aggregate_stats import handler as aggregate_stats

from .engine import RunningCampaign, batch_rows
from .events import PER_SHARD
from .measuring import RUNS, LambdaContext, middle, quiet, spending
from .message import TENANT
from .stub.members import SHARDS, member_id
from .stub_process import StubClient

RECORDS_PER_INVOCATION = 1_000
_RECEIPT = '{"times":{"delivered_at":1795341604000},"accepted_attempts":[1],"provider_id":"0107019a"}'


def measure(stub: StubClient) -> dict[str, Any]:
    """Batches and receipts of one campaign, a thousand records an invocation."""
    cpu, transactions, units, total = [], 0, 0.0, 0
    for run in range(RUNS + 1):
        records = _records(stub, f"stats{run}")
        stub.recount()
        with quiet(), spending() as spent:
            _count(records)
        counts = stub.counts()
        if run:
            cpu.append(spent.cpu / len(records))
            transactions += counts.calls["dynamodb.TransactWriteItems"]
            units += sum(counts.write_units.values())
            total += len(records)
    return {
        "transactions_per_1000_records": round(1000 * transactions / total, 2),
        "write_units_per_1000_records": round(1000 * units / total, 2),
        "cpu_ms_per_record": round(1000 * middle(cpu), 4),
    }


def _records(stub: StubClient, name: str) -> list[dict[str, Any]]:
    stub.reset(members_per_shard=PER_SHARD)
    running = RunningCampaign(stub, name)
    with quiet():
        running.start()
        running.plan()
    planned = _images(stub, name)
    running.run(5_000)
    pairs = [(row, planned.get(row), image) for row, image in _images(stub, name).items()]
    pairs += [(row, None, image) for row, image in _receipts(name)]
    return [_record(number, old, new) for number, (_, old, new) in enumerate(pairs)]


def _images(stub: StubClient, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    items = [item for shard in range(SHARDS) for item in batch_rows(stub, name, shard) if "entries_json" in item]
    return {(item["ledger_key"]["S"], item["row"]["S"]): item for item in items}


def _receipts(name: str) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    receipts = []
    for shard in range(SHARDS):
        for place in range(PER_SHARD):
            key = (f"{TENANT}#{name}#{shard}", f"receipt#{member_id(shard, place)}#l0")
            image = {"ledger_key": {"S": key[0]}, "row": {"S": key[1]}, "document": {"S": _RECEIPT}}
            receipts.append((key, image | {"row_version": {"N": "1"}}))
    return receipts


def _record(number: int, old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    change: dict[str, Any] = {
        "Keys": {"ledger_key": new["ledger_key"], "row": new["row"]},
        "SequenceNumber": str(10**20 + number),
        "NewImage": new,
    }
    return {"eventName": "MODIFY" if old else "INSERT", "dynamodb": change | ({"OldImage": old} if old else {})}


def _count(records: list[dict[str, Any]]) -> None:
    context: Any = LambdaContext()
    for start in range(0, len(records), RECORDS_PER_INVOCATION):
        event = {"Records": records[start : start + RECORDS_PER_INVOCATION], "shardId": "shardId-0", "state": {}}
        aggregate_stats.handler(event, context)
