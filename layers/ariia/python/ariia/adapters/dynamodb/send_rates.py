"""The shared token bucket, the account's limits and the event pipeline's sign of life: one item per channel."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ariia.domain.documents import decode, encode
from ariia.ports.sending import SendRate

from .client import CONDITION_FAILED, Item, code_of, number, passing_faults, text

_ACTIVE_MS = 30 * 60_000
# How much of an idle time may be caught up: SES tolerates short bursts only.
_BURST_MS = 1_000
# Release asks the account once a minute; a rate that came back with the last tokens need not be read again at once.
_RATE_SECONDS = 10.0


class DynamoSendRates:
    """Pacing by reservation: the item holds the instant from which the next message may leave. Taking tokens moves it
    on by their time, in one write that needs no read and loses no race."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table
        self._seen: dict[str, tuple[SendRate, float]] = {}
        self._was_idle = False

    def rate(self, channel: str) -> SendRate | None:
        """See the port."""
        rate, seen = self._seen.get(channel, (None, 0.0))
        if rate is not None and time.monotonic() - seen < _RATE_SECONDS:
            return rate
        return _rate_in(self._get(channel))

    def save_rate(self, channel: str, rate: SendRate) -> None:
        """See the port."""
        self._seen.pop(channel, None)
        value = text(json.dumps(encode(rate)))
        self._update(channel, "SET account_rate = :rate", None, {":rate": value})

    def take(self, channel: str, messages: int, *, now: int, per_second: float, horizon_ms: int) -> int | None:
        """See the port."""
        cost = round(messages * 1000 / per_second)
        floor, latest = now - _BURST_MS, now + horizon_ms
        # What held the last time mostly holds again; between two conditions another may have ended the idle time.
        first, second = (self._take_idle, self._take_in_line)[:: 1 if self._was_idle else -1]
        for attempt in (first, second, first):
            item = attempt(channel, cost, floor, latest)
            if item is not None:
                self._was_idle = attempt == self._take_idle
                self._note_rate(channel, item)
                return max(now, int(item["next_free_at"]["N"]) - cost)
        return None

    def _note_rate(self, channel: str, item: Item) -> None:
        rate = _rate_in(item)
        if rate is not None:
            self._seen[channel] = (rate, time.monotonic())

    def _take_in_line(self, channel: str, cost: int, floor: int, latest: int) -> Item | None:
        values = {":cost": number(cost), ":floor": number(floor), ":latest": number(latest)}
        expression = "SET next_free_at = next_free_at + :cost"
        return self._update(channel, expression, "next_free_at BETWEEN :floor AND :latest", values)

    def _take_idle(self, channel: str, cost: int, floor: int, latest: int) -> Item | None:
        values = {":next": number(floor + cost), ":floor": number(floor)}
        condition = "attribute_not_exists(next_free_at) OR next_free_at < :floor"
        return self._update(channel, "SET next_free_at = :next", condition, values)

    def note_active(self, channel: str, campaign_key: str, now: int) -> int:
        """See the port."""
        known = self._active(channel)
        active = {key: at for key, at in known.items() if at > now - _ACTIVE_MS} | {campaign_key: now}
        self._save_active(channel, active)
        return len(active)

    def note_ended(self, channel: str, campaign_key: str) -> None:
        """See the port."""
        active = self._active(channel)
        if active.pop(campaign_key, None) is not None:
            self._save_active(channel, active)

    def _active(self, channel: str) -> dict[str, int]:
        item = self._get(f"{channel}#active")
        known: dict[str, int] = json.loads(item["active_json"]["S"]) if "active_json" in item else {}
        return known

    def _save_active(self, channel: str, active: Mapping[str, int]) -> None:
        # A lost update is mended by the next round of whose note it was, or by time: the count only shapes the shares.
        self._update(f"{channel}#active", "SET active_json = :active", None, {":active": text(json.dumps(active))})

    def _get(self, key: str) -> Item:
        with passing_faults():
            answer = self._client.get_item(TableName=self._table, Key={"channel": text(key)}, ConsistentRead=True)
        found: Item = answer.get("Item", {})
        return found

    def _update(self, key: str, expression: str, condition: str | None, values: Item) -> Item | None:
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": {"channel": text(key)},
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW",
        }
        if condition:
            request["ConditionExpression"] = condition
        try:
            with passing_faults():
                answer = self._client.update_item(**request)
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return None
            raise
        found: Item = answer["Attributes"]
        return found


def _rate_in(item: Item) -> SendRate | None:
    return decode(SendRate, json.loads(item["account_rate"]["S"])) if "account_rate" in item else None
