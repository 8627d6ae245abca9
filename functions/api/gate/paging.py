"""Pages of a list, with opaque cursors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Annotated, Generic, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict

from ariia.domain.errors import InvalidError, Problem
from functions.api.gate.places import Place

T = TypeVar("T")
DEFAULT_LIMIT = 50

Limit = Annotated[int, Query(ge=1, le=100, description="How many items a page has at most.")]
Cursor = Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before.")]


class Page(BaseModel, Generic[T]):
    """One page; `next_cursor` is null on the last one."""

    model_config = ConfigDict(extra="forbid")

    items: list[T]
    next_cursor: str | None = None


class CursorScope:
    """Cursors of one listing of one tenant. They hold no secret and grant nothing (every query is keyed by the token's
    tenant); the checksum only keeps a cursor from being used on another listing, where it would skip silently."""

    def __init__(self, tenant_id: str, listing: str, place: Place) -> None:
        """`place` tells what the listing's cursors may stand for."""
        self._scope, self._is_place = f"{tenant_id}\x1f{listing}", place

    def cursor(self, after: str | None) -> str | None:
        """The cursor that leads behind the item `after`; None for None."""
        if after is None:
            return None
        document = json.dumps([after, self._checksum(after)], separators=(",", ":"))
        return base64.urlsafe_b64encode(document.encode()).rstrip(b"=").decode()

    def after(self, cursor: str | None) -> str | None:
        """The item that the page starts behind; InvalidError when the cursor is not one of this listing."""
        if cursor is None:
            return None
        try:
            after, checksum = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise _invalid(cursor) from None
        if not isinstance(after, str) or not self._is_place(after) or checksum != self._checksum(after):
            raise _invalid(cursor)
        return after

    def _checksum(self, after: str) -> str:
        return hashlib.sha256(f"{self._scope}\x1f{after}".encode()).hexdigest()[:12]


def _invalid(cursor: str) -> InvalidError:
    problem = Problem("cursor", "is not a cursor of this list", value=cursor[:80], allowed="a next_cursor, unchanged")
    return InvalidError("the cursor is not one of this list", problems=[problem])
