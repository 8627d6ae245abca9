"""What shows that somebody agreed: a small object of the client's own, or our own record of a click."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from .member_text import FieldError

# A member is read with 49 others before every call, so what one carries is small.
MAX_BYTES = 1_024
_ALLOWED = f"an object of at most {MAX_BYTES} bytes as JSON"


def parse_proof(value: object) -> dict[str, Any]:
    """`value` itself; FieldError when it is no object of JSON values, or too large."""
    if not isinstance(value, Mapping):
        raise FieldError("is not an object", _ALLOWED)
    try:
        size = len(json.dumps(dict(value), allow_nan=False).encode())
    except (TypeError, ValueError):
        raise FieldError("holds something that is no JSON", _ALLOWED) from None
    if size > MAX_BYTES:
        raise FieldError("is too large", _ALLOWED)
    return dict(value)


def address_seal(key: bytes, ip_address: str) -> str:
    """A keyed hash of an IP address: the same visitor can be recognised, the address can't be tried out."""
    return hmac.digest(key, b"ip." + ip_address.encode(), hashlib.sha256).hex()[:32]
