"""`python -m tests.dates [DAY …] [-- pytest's arguments]`: runs tests as if it were one day after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .days import DAYS, Day, environment

# Of the infrastructure's tests none looks at the clock, and synthesising is slow.
_TESTS = ["tests", "--ignore=tests/e2e", "--ignore=tests/infra", "--ignore=tests/clients"]


def library() -> Path:
    """libfaketime, which comes with the package of that name."""
    import libfaketime

    return Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


def passes(day: Day, arguments: list[str]) -> bool:
    """Runs pytest on that day."""
    print(f"=== {day.name}: {day.begins or 'today'}, {day.zone}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**os.environ, **environment(day, library())}).returncode == 0


def main(words: list[str]) -> int:
    """0 when all passed."""
    separator = words.index("--") if "--" in words else len(words)
    names, arguments = words[:separator], words[separator + 1 :]
    unknown = set(names) - {day.name for day in DAYS}
    if unknown:
        sys.exit(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(day.name for day in DAYS)}")
    days = [day for day in DAYS if day.name in names or not names]
    failed = [day.name for day in days if not passes(day, arguments or [*_TESTS, "--numprocesses", "auto"])]
    print(f"failed on {', '.join(failed)}" if failed else f"passed on {len(days)} days")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
