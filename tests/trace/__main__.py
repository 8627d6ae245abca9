"""Prints the table; with `--files` also the files of each journey."""

from __future__ import annotations

import argparse

from .journeys import campaign, event, follow_up, member_import
from .table import table


def main() -> None:
    """Every journey over in-memory doubles, under the API's real application and the real services."""
    parser = argparse.ArgumentParser(prog="python -m tests.trace", description=main.__doc__)
    parser.add_argument("--files", action="store_true", help="name the files of each journey, too")
    wants_files = parser.parse_args().files
    journeys = {
        "a campaign": campaign(),
        "a member import": member_import(),
        "a chat follow-up": follow_up(),
        "an event": event(),
    }
    print(table(journeys))
    for name, steps in journeys.items() if wants_files else ():
        files = sorted(set().union(*(step.files for step in steps)))
        print(f"\n{name}", *files, sep="\n  ")


if __name__ == "__main__":
    main()
