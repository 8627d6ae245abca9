"""The shared token bucket, the account's limits and the event pipeline's sign of life: one item per channel."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import CONDITION_FAILED, Item, code_of, number, passing_faults, text
from ariia.domain.documents import decode, encode
from ariia.ports.ledger.sending import SendRate, SendRates

_ACTIVE, _ACTIVE_MS = "at#", 30 * 60_000
_FORGOTTEN_AT_ONCE = 50
# How much of an idle time may be caught up: SES tolerates short bursts only.
_BURST_MS = 1_000
# Release asks the account once a minute; a rate that came back with the last tokens need not be read again at once.
_RATE_SECONDS = 10.0


class DynamoSendRates(SendRates):
    """Pacing by reservation: the item holds the instant from which the next message may leave. Taking tokens moves it
    on by their time, in one write that needs no read and loses no race."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table
        self._seen: dict[str, tuple[SendRate, float]] = {}
        self._was_idle = False

    def rate(self, channel: str) -> SendRate | None:
        rate, seen = self._seen.get(channel, (None, 0.0))
        if rate is not None and time.monotonic() - seen < _RATE_SECONDS:
            return rate
        return _rate_in(self._get(channel))

    def save_rate(self, channel: str, rate: SendRate) -> None:
        self._seen.pop(channel, None)
        value = text(json.dumps(encode(rate)))
        self._update(channel, "SET account_rate = :rate", None, {":rate": value})

    def take(self, channel: str, messages: int, *, now: int, per_second: float, horizon_ms: int) -> int | None:
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
        """An attribute for each campaign, so that noting and counting is one write."""
        name = _ACTIVE + campaign_key
        item = self._update(f"{channel}#active", "SET #one = :now", None, {":now": number(now)}, {"#one": name}) or {}
        active = {one: int(value["N"]) for one, value in item.items() if one.startswith(_ACTIVE)}
        silent = [one for one, at in active.items() if at <= now - _ACTIVE_MS]
        self._forget(channel, silent[:_FORGOTTEN_AT_ONCE])
        return len(active) - len(silent)

    def note_ended(self, channel: str, campaign_key: str) -> None:
        self._forget(channel, [_ACTIVE + campaign_key])

    def _forget(self, channel: str, notes: Sequence[str]) -> None:
        # A campaign that re-registers meanwhile does so again next round; the count only affects rate shares.
        names = {f"#n{place}": one for place, one in enumerate(notes)}
        if names:
            self._update(f"{channel}#active", f"REMOVE {', '.join(names)}", None, {}, names)

    def _get(self, key: str) -> Item:
        with passing_faults():
            answer = self._client.get_item(TableName=self._table, Key={"channel": text(key)}, ConsistentRead=True)
        found: Item = answer.get("Item", {})
        return found

    def _update(
        self, key: str, expression: str, condition: str | None, values: Item, names: Mapping[str, str] | None = None
    ) -> Item | None:
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": {"channel": text(key)},
            "UpdateExpression": expression,
            "ReturnValues": "ALL_NEW",
        }
        if values:
            request["ExpressionAttributeValues"] = values
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        if condition:
            request["ConditionExpression"] = condition
        try:
            with passing_faults():
                answer = self._client.update_item(**request)
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return None
            raise
        found: Item = answer.get("Attributes", {})
        return found


def _rate_in(item: Item) -> SendRate | None:
    return decode(SendRate, json.loads(item["account_rate"]["S"])) if "account_rate" in item else None
