"""`python -m tests.dates [DAY …] [-- pytest's arguments]`: runs tests as if it were one day after the other."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from .days import DAYS, Day, environment

# Of the infrastructure's tests none looks at the clock, and synthesising is slow.
_USUAL = ["tests", "--ignore=tests/e2e", "--ignore=tests/infra", "--ignore=tests/clients"]


def passes(day: Day, arguments: list[str]) -> bool:
    """Runs pytest on that day."""
    print(f"=== {day.name}: {day.begins or 'today'}, {day.zone}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**os.environ, **environment(day)}).returncode == 0


def main(words: list[str]) -> int:
    """0 when all passed."""
    separator = words.index("--") if "--" in words else len(words)
    names, arguments = words[:separator], words[separator + 1 :]
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("other days can be played on Linux on x86-64 alone")
    unknown = set(names) - {day.name for day in DAYS}
    if unknown:
        sys.exit(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(day.name for day in DAYS)}")
    days = [day for day in DAYS if day.name in names or not names]
    failed = [day.name for day in days if not passes(day, arguments or [*_USUAL, "--numprocesses", "auto"])]
    print(f"failed on {', '.join(failed)}" if failed else "passed on each of the days")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
