"""Requests and responses between the HTTP server and what answers them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    method: str
    target: str  # path and query, as sent
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, not decoded."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters."""
        return parse_qs(urlsplit(self.target).query)

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter that is not empty."""
        return self.query.get(name, [None])[0]


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; `fate` other than `answer` says how it gets lost."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fate: str = "answer"  # answer | close | hang
    delay_seconds: float = 0.0


def json_response(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer; header names are given with `_` for `-`."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, text.encode(), "application/json", named)
