"""Days on which tests that look at the clock fail, and how a process gets to believe that it is one of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Day:
    """The instant at which the processes begin, None for the machine's own, and the zone that they are in."""

    name: str
    begins: datetime | None
    zone: str


def _at(name: str, instant: str, zone: str = "UTC") -> Day:
    return Day(name, datetime.fromisoformat(instant), zone)


DAYS = (
    _at("end-of-month", "2027-01-31T23:30:00Z"),
    _at("new-years-eve", "2026-12-31T23:50:00Z"),
    _at("leap-day", "2028-02-29T12:00:00Z"),
    _at("berlin-springs-forward", "2027-03-28T00:57:00Z", "Europe/Berlin"),
    _at("berlin-first-half-past-two", "2027-10-31T00:30:00Z", "Europe/Berlin"),
    _at("berlin-second-half-past-two", "2027-10-31T01:30:00Z", "Europe/Berlin"),
    _at("new-york-springs-forward", "2027-03-14T06:57:00Z", "America/New_York"),
    _at("new-york-first-half-past-one", "2027-11-07T05:30:00Z", "America/New_York"),
    _at("new-york-second-half-past-one", "2027-11-07T06:30:00Z", "America/New_York"),
    Day("auckland", None, "Pacific/Auckland"),
    Day("los-angeles", None, "America/Los_Angeles"),
)


def library() -> Path:
    """libfaketime, as the package of that name brings it along: for Linux on x86-64."""
    import libfaketime

    return Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


def environment(day: Day) -> Mapping[str, str]:
    """What processes need in their environment so that it is that day for them and for those that they start. Their
    clock runs on from there; how long things take (the monotonic clock) and when files changed stays as it is."""
    if day.begins is None:
        return {"TZ": day.zone}
    return {
        "TZ": day.zone,
        "LD_PRELOAD": str(library()),
        # Not as a date, which would begin anew in every process.
        "FAKETIME": f"{round(day.begins.timestamp() - time.time()):+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
