"""These tests read and render templates themselves: each by its own, with a deadline for all of it in pytest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ariia.domain.content.sandbox.meter import bounded


@pytest.fixture(autouse=True)
def within_bounds() -> Iterator[None]:
    with bounded():
        yield
