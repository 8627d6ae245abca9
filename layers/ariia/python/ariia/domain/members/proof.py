"""What shows that somebody agreed: a small object of the client's own, or our own record of a click."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from ariia.domain.text_values import FieldError, instant

# A member is read with 49 others before every call, so what one carries is small.
MAX_BYTES = 1_024
_ALLOWED = f"an object of at most {MAX_BYTES} bytes as JSON"


# The field of a proof that shows an earlier double opt-in, here or elsewhere: `{"confirmed_at": "2026-03-01T…Z"}`.
DOUBLE_OPT_IN = "double_opt_in"
_CONFIRMED = "with `double_opt_in` only as an object whose `confirmed_at` is an instant that has passed (ISO 8601)"


def parse_proof(value: object, now: int) -> dict[str, Any]:
    """`value` itself; FieldError when it is no object of JSON values, too large, or names a double opt-in without the
    instant (before `now`, epoch ms) at which it was confirmed."""
    if not isinstance(value, Mapping):
        raise FieldError("is not an object", _ALLOWED)
    try:
        size = len(json.dumps(dict(value), allow_nan=False).encode())
    except (TypeError, ValueError):
        raise FieldError("holds something that is no JSON", _ALLOWED) from None
    if size > MAX_BYTES:
        raise FieldError("is too large", _ALLOWED)
    if DOUBLE_OPT_IN in value and confirmed_at(value, now) is None:
        raise FieldError("does not say when the double opt-in was confirmed", _CONFIRMED)
    return dict(value)


def confirmed_at(proof: Mapping[str, Any], now: int) -> int | None:
    """When (epoch ms) the double opt-in that the proof shows was confirmed; None when it shows none."""
    shown = proof.get(DOUBLE_OPT_IN)
    try:
        return instant(shown.get("confirmed_at"), now) if isinstance(shown, Mapping) else None
    except FieldError:
        return None


def address_seal(key: bytes, ip_address: str) -> str:
    """A keyed hash of an IP address: the same visitor can be recognised, the address can't be tried out."""
    return hmac.digest(key, b"ip." + ip_address.encode(), hashlib.sha256).hex()[:32]
