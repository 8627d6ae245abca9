"""All operations of the API: one line per resource."""

from __future__ import annotations

from .routes import campaigns, reference
from .routing import Operation

ALL: tuple[Operation, ...] = (
    *campaigns.routes.operations,
    *reference.routes.operations,
)
