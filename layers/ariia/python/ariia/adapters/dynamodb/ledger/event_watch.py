"""The watch over events as one item of the send rates: `begun_at`, `ends_at`, and an attribute for each interval."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ariia.adapters.dynamodb.client import CONDITION_FAILED, Item, code_of, number, passing_faults, text
from ariia.domain.errors import TransientError
from ariia.domain.ledger.event_watch import SKEW_MS, WATCH_MS, EventWatch, interval_of

_KEY = {"channel": text("email#watch")}
_NOTE = "i"
_TRIES = 4
_EXTENDED_EVERY_MS = 60_000


class DynamoEventWatch:
    """A note is one conditional write, whether the watch is on or not: nothing can come between asking and noting."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def note(self, oldest_at: int, now: int) -> None:
        """See EventPipeline.note_received."""
        self._update(
            "SET #note = :oldest",
            "ends_at > :now AND (attribute_not_exists(#note) OR #note > :oldest)",
            {":oldest": number(oldest_at), ":now": number(now - SKEW_MS)},
            {"#note": f"{_NOTE}{interval_of(now)}"},
        )

    def extend(self, now: int, window_ms: int) -> EventWatch:
        """See EventPipeline.watch. TransientError when others keep changing the watch."""
        for _ in range(_TRIES):
            item = self._extended(self._get(), now, window_ms)
            if item is not None:
                return _watch_in(item)
        raise TransientError("the watch over events is being changed by others")

    def _extended(self, seen: Item, now: int, window_ms: int) -> Item | None:
        ends_at = int(seen["ends_at"]["N"]) if "ends_at" in seen else 0
        if ends_at > now + WATCH_MS - _EXTENDED_EVERY_MS:
            return seen
        return self._keep_on(seen, now, window_ms) if now < ends_at else self._begin(seen, now)

    def _keep_on(self, seen: Item, now: int, window_ms: int) -> Item | None:
        first = interval_of(now - window_ms)
        old = [name for name in _notes_in(seen) if int(name.removeprefix(_NOTE)) < first]
        values = {":ends": number(now + WATCH_MS), ":begun": seen["begun_at"], ":seen": seen["ends_at"]}
        return self._set(values, "begun_at = :begun AND ends_at = :seen", old)

    def _begin(self, seen: Item, now: int) -> Item | None:
        values = {":begun": number(now), ":ends": number(now + WATCH_MS)}
        if "ends_at" not in seen:
            return self._set(values, "attribute_not_exists(ends_at)", [])
        return self._set(values | {":seen": seen["ends_at"]}, "ends_at = :seen", _notes_in(seen))

    def _set(self, values: Item, condition: str, forgotten: list[str]) -> Item | None:
        names = {f"#n{place}": name for place, name in enumerate(forgotten)}
        removal = f" REMOVE {', '.join(names)}" if names else ""
        return self._update(f"SET begun_at = :begun, ends_at = :ends{removal}", condition, values, names)

    def _get(self) -> Item:
        with passing_faults():
            found: Item = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item", {})
        return found

    def _update(self, expression: str, condition: str, values: Item, names: dict[str, str]) -> Item | None:
        request = {"ExpressionAttributeNames": names} if names else {}
        try:
            with passing_faults():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_KEY,
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                    **request,
                )
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return None
            raise
        found: Item = answer["Attributes"]
        return found


def _notes_in(item: Item) -> list[str]:
    return [name for name in item if name[:1] == _NOTE and name[1:].isdecimal()]


def _watch_in(item: Item) -> EventWatch:
    notes = {int(name.removeprefix(_NOTE)): int(item[name]["N"]) for name in _notes_in(item)}
    return EventWatch(int(item["begun_at"]["N"]), int(item["ends_at"]["N"]), notes)
