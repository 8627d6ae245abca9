"""What starts the stage's functions by queues and streams, while a table is replaced."""

from __future__ import annotations

from functools import partial
from typing import Any

from infra.restore.plan import RestorePlan
from infra.restore.tables import Tables


class EventSources:
    """The event source mappings of the stage's functions."""

    def __init__(self, functions: Any, tables: Tables, plan: RestorePlan) -> None:
        self._functions, self._tables, self._plan = functions, tables, plan

    def are(self, state: str) -> bool:
        """Whether all that can be are `Enabled`, or `Disabled`."""
        return all(one["State"] == state for one in self._usable())

    def switch(self, *, on: bool) -> None:
        """Starts or stops them; returns when all are."""
        wanted = "Enabled" if on else "Disabled"
        for one in self._usable():
            if one["State"] != wanted:
                self._tables.when_possible(partial(self._switch, one["UUID"], on))
        self._tables.wait(lambda: self.are(wanted), f"the event sources to be {wanted.lower()}")

    def _switch(self, uuid: str, on: bool) -> None:
        self._functions.update_event_source_mapping(UUID=uuid, Enabled=on)

    def reads(self, stream_arn: str) -> bool:
        """Whether the counters' function reads this stream."""
        return any(one["EventSourceArn"] == stream_arn for one in self._all())

    def _usable(self) -> list[dict[str, Any]]:
        """All but those of a stream that went with its table."""
        return [one for one in self._all() if not self._is_dead(one)]

    def _is_dead(self, one: dict[str, Any]) -> bool:
        stream = f":table/{self._plan.table}/stream/"
        if stream not in one["EventSourceArn"]:
            return False
        table = self._tables.describe(self._plan.table) or {}
        return bool(one["EventSourceArn"] != table.get("LatestStreamArn"))

    def _all(self) -> list[dict[str, Any]]:
        pages = self._functions.get_paginator("list_event_source_mappings").paginate()
        mappings = [one for page in pages for one in page["EventSourceMappings"]]
        return [one for one in mappings if _function_of(one) in self._plan.functions]


def _function_of(mapping: dict[str, Any]) -> str:
    """Name of the function, of its ARN: `arn:aws:lambda:region:account:function:name[:alias]`."""
    return str(mapping["FunctionArn"].split(":")[6])
