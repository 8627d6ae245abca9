"""Items by key, kept sorted within a partition, as the answers of DynamoDB depend on nothing else here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import Any

from ariia.adapters.dynamodb.models import TABLES, logical_name

from .expressions import Item

PREFIX = "bench"


def _keys() -> dict[str, tuple[str, str | None]]:
    keys = {}
    for model in TABLES:
        attributes = model.get_attributes().items()
        hash_key = next(name for name, one in attributes if one.is_hash_key)
        range_key = next((name for name, one in attributes if one.is_range_key), None)
        keys[f"{PREFIX}-{logical_name(model)}"] = (hash_key, range_key)
    return keys


class Table:
    """One table's items."""

    def __init__(self, hash_key: str, range_key: str | None) -> None:
        self.hash_key, self.range_key = hash_key, range_key
        self._partitions: dict[str, dict[str, Item]] = {}
        self._order: dict[str, list[str]] = {}

    def get(self, key: Item) -> Item | None:
        """The item with the key that `key` holds (it may hold more)."""
        partition, row = self._place(key)
        return self._partitions.get(partition, {}).get(row)

    def put(self, item: Item) -> None:
        """Stores the item."""
        partition, row = self._place(item)
        rows = self._partitions.setdefault(partition, {})
        if row not in rows:
            insort(self._order.setdefault(partition, []), row)
        rows[row] = item

    def delete(self, key: Item) -> None:
        """Forgets the item."""
        partition, row = self._place(key)
        if self._partitions.get(partition, {}).pop(row, None) is not None:
            self._order[partition].remove(row)

    def between(self, partition: str, first: str, last: str, *, backwards: bool = False) -> list[Item]:
        """The items of a partition from row `first` to row `last`, both included."""
        order = self._order.get(partition, [])
        rows = order[bisect_left(order, first) : bisect_right(order, last)]
        items = self._partitions.get(partition, {})
        return [items[row] for row in (reversed(rows) if backwards else rows)]

    def _place(self, item: Item) -> tuple[str, str]:
        row = _held(item[self.range_key]) if self.range_key else ""
        return _held(item[self.hash_key]), row


def _held(value: dict[str, Any]) -> str:
    return str(next(iter(value.values())))


def all_tables() -> dict[str, Table]:
    """Every table of the engine, empty, under the stub's prefix."""
    return {name: Table(*keys) for name, keys in _keys().items()}


def size_of(item: Item) -> int:
    """Bytes an item is billed for: names and values (DynamoDB guide, "item sizes"), numbers at half their digits."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    kind, held = next(iter(value.items()))
    return len(held) // 2 + 1 if kind == "N" else len(str(held).encode())
