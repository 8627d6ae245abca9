"""What is said: the sources of a message and what its templates print."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Content:
    """What is said. In a draft `html` may be empty and the template speaks; submit freezes the assembled whole."""

    subject: str = ""
    body: str = ""
    html: str = ""
    ai_generated: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    # Filled at submit, from the template and the tenant, so that a run needs nothing else.
    variables: list[dict[str, Any]] = field(default_factory=list)
    tenant: dict[str, Any] = field(default_factory=dict)
    # `context` of templates, in follow-ups only: what a conversation left behind.
    context: dict[str, Any] = field(default_factory=dict)
    from_address: str = ""
    reply_to: str | None = None
