"""Known-wrong ways of recounting. Each must be caught, or the simulation proves nothing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ariia.ports.statistics import CounterState
from ariia.services.statistics.recounting import Recounting
from tests.simulation.world.engine import Parts

from .scenario import recounted


class _Recounted(Parts):
    violates = "counters are not what the ledger says"
    weather = staticmethod(recounted)


class _Unmoved:
    """The store to whoever does not ask whether something was counted."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def state(self, key: str) -> CounterState:
        self._first = getattr(self, "_first", {})
        state: CounterState = self._store.state(key)
        return replace(state, writes=self._first.setdefault(key, state.writes))


class _Unconditional(Recounting):
    def __init__(self, ledger: Any, store: Any, *others: Any) -> None:
        super().__init__(ledger, _Unmoved(store), *others)


class RecountSwapsThoughCountersMoved(_Recounted):
    """The ledger was read while it changed, and is held against counters of another moment."""

    recounting = _Unconditional


class _Impatient(Recounting):
    def _wait_for_stream(self, *_: Any) -> None:
        return


class RecountDoesNotWaitForTheStream(_Recounted):
    """What is in the ledger and not counted yet is added, and then counted as well."""

    recounting = _Impatient


OF_RECOUNTS: tuple[type[Parts], ...] = (
    RecountSwapsThoughCountersMoved,
    RecountDoesNotWaitForTheStream,
)
