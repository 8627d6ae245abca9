"""Clicked links, by a name that holds nothing about who clicked."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

_MAX_LINK = 200
# `/u/<token>` and `/v/<token>`: payload, dot, 32 characters of signature (domain/links).
_OWN_LINK = re.compile(r"(/[uv]/)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{32}$")


def link_name(link: str) -> str:
    """The link without user, query and fragment, and our own links without their token: what may name a member goes.
    At most 200 characters; `unreadable link` for what is none."""
    try:
        parts = urlsplit(link)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "unreadable link"
    plain = _OWN_LINK.sub(r"\1…", f"{parts.scheme}://{host}{parts.path}")
    if len(plain) <= _MAX_LINK:
        return plain
    return plain[: _MAX_LINK - 17] + "~" + hashlib.sha256(plain.encode()).hexdigest()[:16]
