"""Signed tokens in the links of a message: unforgeable, without any state, bound to one purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ariia.domain.errors import NotFoundError

_VERSION = "1"


class LinkClaims(NamedTuple):
    """Whose link it is. `message` is the lane (or enrolment and step) of the message that carries it."""

    tenant_id: str
    campaign_id: str
    member_id: str
    message: str
    channel: str


def sign(key: bytes, purpose: str, claims: LinkClaims) -> str:
    """The token for `purpose` (`unsubscribe`, `view`, `preferences`): URL-safe, under 400 characters."""
    return sign_each(key, (purpose,), claims)[0]


def sign_each(key: bytes, purposes: Iterable[str], claims: LinkClaims) -> list[str]:
    """The tokens for several purposes: a message carries more than one, and they share all but the signature."""
    return _signed(key, purposes, claims)


def sign_parts(key: bytes, purpose: str, parts: Sequence[str]) -> str:
    """A token for `purpose` that says `parts`, none of which holds a bar."""
    return _signed(key, (purpose,), parts)[0]


def verify(key: bytes, purpose: str, token: str) -> LinkClaims:
    """The claims of a token made by `sign` for the same purpose; NotFoundError for anything else."""
    return LinkClaims(*verified_parts(key, purpose, token, 5))


def verified_parts(key: bytes, purpose: str, token: str, number: int) -> list[str]:
    """The `number` parts of a token made by `sign_parts` for the same purpose; NotFoundError for anything else."""
    payload, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, purpose, payload.encode()).encode()):
        raise NotFoundError("this link is not valid")
    body = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    version, *parts = body.split("|")
    if version != _VERSION or len(parts) != number:
        raise NotFoundError("this link is not valid")
    return parts


def _signed(key: bytes, purposes: Iterable[str], parts: Sequence[str]) -> list[str]:
    payload = base64.urlsafe_b64encode("|".join((_VERSION, *parts)).encode()).rstrip(b"=")
    text = payload.decode()
    return [f"{text}.{_signature(key, purpose, payload)}" for purpose in purposes]


def _signature(key: bytes, purpose: str, payload: bytes) -> str:
    digest = hmac.digest(key, purpose.encode() + b"." + payload, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()
