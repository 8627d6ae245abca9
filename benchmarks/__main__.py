"""`python -m benchmarks [name …]`: measures everything (or what is named), writes build/bench.json, prints a table."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .report import BENCH, load, save, show
from .stub_process import StubClient, running_stub


def _send(stub: StubClient) -> dict[str, Any]:
    from . import send_path

    return {"send": send_path.measure(stub)}


def _plan(stub: StubClient) -> dict[str, Any]:
    from . import planning

    return {"plan": planning.measure(stub)}


def _events(stub: StubClient) -> dict[str, Any]:
    from . import events

    return {"events": events.measure(stub)}


def _statistics(stub: StubClient) -> dict[str, Any]:
    from . import statistics_stream

    return {"stats": statistics_stream.measure(stub)}


def _cold_start(stub: StubClient) -> dict[str, Any]:
    from . import cold_start

    return cold_start.measure(stub)


def _render(stub: StubClient) -> dict[str, Any]:
    from . import rendering

    return {"render": rendering.measure()}


def _segments(stub: StubClient) -> dict[str, Any]:
    from . import segments

    return {"segments": segments.measure()}


def _api(stub: StubClient) -> dict[str, Any]:
    from . import api

    return {"api": api.measure(stub)}


# Each imports what it measures only now: the clients must find the stub's address in the environment.
BENCHMARKS: dict[str, Callable[[StubClient], dict[str, Any]]] = {
    "render": _render,
    "segments": _segments,
    "cold_start": _cold_start,
    "send": _send,
    "events": _events,
    "statistics": _statistics,
    "api": _api,
    "plan": _plan,
}


def main(names: list[str]) -> None:
    """Runs the named benchmarks, or all; with names, the other figures of the file stay."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    figures: dict[str, Any] = load(BENCH) if names and BENCH.exists() else {}
    figures |= {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
    }
    with running_stub() as stub:
        for name in names or BENCHMARKS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            figures |= BENCHMARKS[name](stub)
            save(BENCH, figures)
    show(f"Benchmarks ({BENCH.name})", figures)


if __name__ == "__main__":
    main(sys.argv[1:])
