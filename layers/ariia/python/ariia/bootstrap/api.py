"""What the HTTP API is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.settings import ApiSettings


@dataclass(frozen=True)
class ApiServices:
    """The services behind the routes."""


def build(settings: ApiSettings) -> ApiServices:
    """The services on AWS; clients connect at their first call."""
    return ApiServices()
