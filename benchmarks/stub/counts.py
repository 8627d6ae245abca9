"""What was asked of the stub: by operation, and in the units that AWS bills."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any


@dataclass
class Counts:
    """Calls by `service.Operation`, bytes on the wire, and DynamoDB's units. Writes in a transaction count twice, reads
    that need not be consistent count half (DynamoDB guide, "read and write capacity")."""

    calls: dict[str, int] = field(default_factory=dict)
    bytes_in: dict[str, int] = field(default_factory=dict)
    bytes_out: dict[str, int] = field(default_factory=dict)
    write_units: dict[str, float] = field(default_factory=dict)
    read_units: dict[str, float] = field(default_factory=dict)

    def add(self, operation: str, taken: int, given: int) -> None:
        """Counts one call."""
        for counter, amount in ((self.calls, 1), (self.bytes_in, taken), (self.bytes_out, given)):
            counter[operation] = counter.get(operation, 0) + amount

    def write(self, table: str, size: int, *, times: int = 1) -> None:
        """Counts a write of an item of `size` bytes; the larger of before and after."""
        self.write_units[table] = self.write_units.get(table, 0) + times * max(1, ceil(size / 1024))

    def read(self, table: str, size: int, *, consistent: bool) -> None:
        """Counts a read of `size` bytes: one item, or all that a query looked at."""
        units = max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)
        self.read_units[table] = self.read_units.get(table, 0) + units

    def as_json(self) -> dict[str, Any]:
        """All counters."""
        return asdict(self)
