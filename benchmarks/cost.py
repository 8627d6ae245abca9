"""`python -m benchmarks.cost [RECIPIENTS]`: dollars from what the last benchmark run counted; writes build/cost.json.

CPU is measured on this machine and charged at Lambda's share of a CPU (one at 1,769 MB); the time that a function waits
for AWS can't be measured here and is assumed below.
"""

from __future__ import annotations

import sys
from typing import Any

from ariia.domain.preflight import prices

from .idle_cost import idle_items
from .report import BENCH, COST, load, save, show

MILLION = 1_000_000
# Assumed waits, seconds: a SendBulkEmail of 50, any call to DynamoDB or SQS.
SES_CALL_SECONDS, SMALL_CALL_SECONDS = 0.6, 0.006
_FULL_CPU_MB = 1_769
_SEND_MB = _EVENTS_MB = _STATISTICS_MB = 512
_PLAN_MB = 1_024
_LOG_BYTES_PER_BATCH = 560
_EVENTS_PER_INVOCATION, _RECORDS_PER_INVOCATION, _MESSAGES_PER_INVOCATION = 500, 1_000, 10
_ROUNDS, _TRANSITIONS_PER_ROUND, _TRANSITIONS_TO_PLAN = 45, 4, 60


def send_path_use(bench: dict[str, Any]) -> dict[str, float]:
    """What a million recipients use until SES has them: plan, release, queue, send."""
    send, plan = bench["send"], bench["plan"]
    batches = MILLION / 50
    calls = send["aws_calls_per_1000"] * 1_000
    cpu = MILLION * send["cpu_ms_per_recipient"] / 1000
    waits = batches * SES_CALL_SECONDS + (calls - batches) * SMALL_CALL_SECONDS
    plan_cpu = plan["cpu_us_per_member"]
    plan_waits = 1_000 * plan["aws_calls_per_1000"] * 2 * SMALL_CALL_SECONDS
    polls = 2 * batches / _MESSAGES_PER_INVOCATION
    queued = batches / _MESSAGES_PER_INVOCATION
    return {
        "dynamodb_write_unit": 1_000 * _sum(send["write_units_per_1000"], plan["write_units_per_1000"]),
        "dynamodb_read_unit": 1_000 * _sum(send["read_units_per_1000"], plan["read_units_per_1000"]),
        "sqs_request": queued + polls,
        "sqs_fair_request": queued,
        "lambda_request": batches / _MESSAGES_PER_INVOCATION + _ROUNDS + 16,
        "lambda_gb_second": _gb_seconds(cpu, waits, _SEND_MB) + _gb_seconds(plan_cpu, plan_waits, _PLAN_MB),
        "step_transition": _TRANSITIONS_TO_PLAN + _ROUNDS * _TRANSITIONS_PER_ROUND,
        "log_gb": batches * _LOG_BYTES_PER_BATCH / 1e9,
    }


def events_use(bench: dict[str, Any]) -> dict[str, float]:
    """What the events of a million messages use: SNS, the queue, receipts, counters."""
    found, stats = bench["events"], bench["stats"]
    count = MILLION * found["events_per_message"]
    writes = count * found["writes_per_event"]
    # The counters follow the ledger's stream; what is noted with members is in none.
    records = count * found["ledger_writes_per_event"] + 3 * MILLION / 50
    invocations, folds = count / _EVENTS_PER_INVOCATION, records / _RECORDS_PER_INVOCATION
    cpu = count * found["cpu_ms_per_event"] / 1000
    waits = count * found["aws_calls_per_event"] * SMALL_CALL_SECONDS
    counting = _gb_seconds(records * stats["cpu_ms_per_record"] / 1000, folds * 3 * SMALL_CALL_SECONDS, _STATISTICS_MB)
    return {
        "sns_publish": count,
        "sqs_request": 2 * count / _MESSAGES_PER_INVOCATION,
        "dynamodb_write_unit": writes + records / 1000 * stats["write_units_per_1000_records"],
        "dynamodb_read_unit": count * found["read_units_per_event"],
        "lambda_request": invocations + folds,
        "lambda_gb_second": _gb_seconds(cpu, waits, _EVENTS_MB) + counting,
        "log_gb": (invocations + folds) * _LOG_BYTES_PER_BATCH / 1e9,
    }


def _gb_seconds(cpu: float, waits: float, memory_mb: int) -> float:
    return (cpu * max(1.0, _FULL_CPU_MB / memory_mb) + waits) * memory_mb / 1024


def _sum(*units: dict[str, float]) -> float:
    return sum(sum(one.values()) for one in units)


def main(recipients: int) -> None:
    """Works out the cost, and compares it with what the preflight shows."""
    bench = load(BENCH)
    send_use, event_use = send_path_use(bench), events_use(bench)
    send_usd, event_usd = prices.usd(send_use), prices.usd(event_use)
    total = sum(send_usd.values()) + sum(event_usd.values())
    share = recipients / MILLION
    idle = idle_items()
    figures = {
        "prices_as_of": prices.AS_OF,
        "send_path_usd_per_million": round(sum(send_usd.values()), 3),
        "all_usd_per_million": round(total, 3),
        "ses_usd_per_million": prices.SES_USD_PER_1000 * 1_000,
        "preflight_usd_per_million": round(prices.AWS_USD_PER_RECIPIENT * MILLION, 3),
        "idle_usd_per_month": round(sum(item.usd for item in idle), 2),
        "idle_usd_per_month_with_free_tier": round(sum(item.usd_beyond_free for item in idle), 2),
        "idle": {item.name: round(item.usd, 2) for item in idle},
        "send_path": {name: round(usd, 4) for name, usd in send_usd.items()},
        "events": {name: round(usd, 4) for name, usd in event_usd.items()},
        "send_path_use": {name: round(amount, 4) for name, amount in send_use.items()},
        "events_use": {name: round(amount, 4) for name, amount in event_use.items()},
        "recipients": recipients,
        "usd_without_ses": round(total * share, 2),
        "usd_with_ses": round(total * share + recipients * prices.SES_USD_PER_1000 / 1000, 2),
    }
    save(COST, figures)
    show(f"Cost in US dollars ({COST.name})", figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)
