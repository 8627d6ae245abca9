"""`python -m tests.browser`: sees to it that there is a browser for the tests."""

from __future__ import annotations

import sys

from .chromium import NoBrowserError, find, install

try:
    install()
    print(f"The tests look at pages with {find().path}")
except NoBrowserError as error:
    sys.exit(str(error))
