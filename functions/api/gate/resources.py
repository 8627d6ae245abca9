"""Resources: which module holds the operations of a path, so that a request loads its own and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import ModuleType

from functions.api.gate.routing import Operation, Routes, RouteTable


class Resource:
    """The operations of one module, whose paths are all at or below `places`."""

    def __init__(self, load: Callable[[], ModuleType], *places: str) -> None:
        """`load` imports the module, with its schemas and all; it is called when the operations are first needed."""
        self._load, self.places = load, places

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All of them. Whatever importing the module raises goes through, and the next call tries again."""
        routes: Routes = self._load().routes
        return tuple(routes.operations)

    def may_answer(self, path: str) -> bool:
        """True when `path` is at or below one of the places; only then can it be a path of this resource."""
        return any(_is_below(path.split("/"), place.split("/")) for place in self.places)


class ResourceTable:
    """Finds the operation of a request among those of the resources that may have it, and loads no others."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = tuple(resources)

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """As `RouteTable.find` of all operations: what is left out can't have this path."""
        candidates = (one for one in self._resources if one.may_answer(path))
        return RouteTable(operation for one in candidates for operation in one.operations).find(method, path)


def _is_below(path: Sequence[str], place: Sequence[str]) -> bool:
    """Any word may stand for a parameter of the place."""
    pairs = zip(place, path, strict=False)
    return len(path) >= len(place) and all(given == word or (given and word[:1] == "<") for word, given in pairs)
