"""What a deployment costs in a month in which nobody sends, item by item, from the synthesised stacks themselves."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from infra.local.synthesis import synthesised

ALARM_METRIC_USD, DASHBOARD_USD, SECRET_USD = 0.10, 3.0, 0.40
SQS_USD_PER_MILLION = 0.40
# Lambda polls an idle queue with five pollers, each a long poll of 20 s (Lambda guide, "SQS scaling"): 30 days.
POLLS_PER_QUEUE = 5 * 3 * 60 * 24 * 30
# AWS's free tier that does not expire: CloudWatch 10 alarm metrics and 3 dashboards, SQS a million requests.
FREE_ALARM_METRICS, FREE_DASHBOARDS, FREE_SQS = 10, 3, 1_000_000


@dataclass(frozen=True)
class IdleItem:
    """US dollars a month at list price, and beyond the free tier."""

    name: str
    usd: float
    usd_beyond_free: float


def idle_items(stage: str = "production") -> list[IdleItem]:
    """Everything of the e-mail-only stage that costs without being used. Tables on demand, their empty backups, topics,
    functions, the HTTP API, state machines and log groups without lines cost nothing and are not listed."""
    kinds: Counter[str] = Counter()
    metrics = polled = 0
    for template in _templates(stage):
        for resource in template.get("Resources", {}).values():
            kinds[resource["Type"]] += 1
            metrics += _alarm_metrics(resource)
            polled += _polls_a_queue(resource)
    polls = polled * POLLS_PER_QUEUE
    dashboards, secrets = kinds["AWS::CloudWatch::Dashboard"], kinds["AWS::SecretsManager::Secret"]
    keys = kinds["AWS::KMS::Key"]
    items = [
        _item(f"alarms ({metrics} metrics)", metrics, FREE_ALARM_METRICS, ALARM_METRIC_USD),
        _item(f"dashboards ({dashboards})", dashboards, FREE_DASHBOARDS, DASHBOARD_USD),
        _item(f"polling of {polled} queues", polls, FREE_SQS, SQS_USD_PER_MILLION / 1e6),
        _item(f"secrets ({secrets})", secrets, 0, SECRET_USD),
        _item(f"keys ({keys})", keys, 0, 1.0),
    ]
    return [item for item in items if item.usd]


def _item(name: str, amount: int, free: int, usd: float) -> IdleItem:
    return IdleItem(name, amount * usd, max(0, amount - free) * usd)


def _alarm_metrics(resource: dict[str, Any]) -> int:
    """CloudWatch bills an alarm on metric math by the metrics in it."""
    if resource["Type"] != "AWS::CloudWatch::Alarm":
        return 0
    named = [one for one in resource["Properties"].get("Metrics", []) if "MetricStat" in one]
    return max(1, len(named))


def _polls_a_queue(resource: dict[str, Any]) -> bool:
    if resource["Type"] != "AWS::Lambda::EventSourceMapping":
        return False
    return "StartingPosition" not in resource["Properties"]


def _templates(stage: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(synthesised(stage).glob("*.template.json"))]
