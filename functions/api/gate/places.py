"""What a cursor of each kind of list may stand for. Nothing in a cursor is a secret, so anybody can make one: a place
that its list could never have given is refused before it reaches a store."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

Place = Callable[[str], bool]


def _like(pattern: str) -> Place:
    compiled = re.compile(pattern, re.ASCII)
    return lambda place: compiled.fullmatch(place) is not None


_NAME = "[A-Za-z0-9_-]"
ID = _like(f"{_NAME}{{1,64}}")
# Containers of single messages sort behind all campaigns and begin with a `z` (ariia.domain.single_message).
CAMPAIGN = _like(f"(?!z){_NAME}{{1,64}}")
# The shard, and the last id in it.
MEMBER = _like(f"[0-9]{{1,4}}:{_NAME}{{0,64}}")
# The shard, the beginning of the page, and the last id in it, which an erasure may have made longer than a member's.
RECIPIENT = _like(rf"[0-9]{{1,4}}\|{_NAME}{{0,64}}\|{_NAME}{{0,160}}")
# The part and the line in it.
LISTED_LINE = _like("[0-9]{1,6}:[0-9]{1,7}")
# The instant (epoch ms), the write, and the number of its entry.
AUDIT_ENTRY = _like(rf"[0-9]{{13}}-{_NAME}{{1,64}}\|[0-9]{{1,4}}")
FOLLOW_UP = _like(f"[0-9]{{13}}#{_NAME}{{1,64}}")
SUPPRESSION = _like("[a-z]{1,16}-[0-9a-f]{32}")
_LOCAL_TIME = _like("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


def occurrence(place: str) -> bool:
    """True for a local time without a zone, such as 2026-03-01T09:00:00."""
    try:
        return _LOCAL_TIME(place) and datetime.fromisoformat(place).isoformat() == place
    except ValueError:
        return False
