"""What fits into the store: one document has a size, and too much input must be refused before it is written."""

from __future__ import annotations

import json
from typing import Any

from ariia.domain.documents import encode
from ariia.domain.errors import InvalidError, Problem

# A DynamoDB item may have 400 KB (service quotas), names and keys included.
MAX_DOCUMENT_BYTES = 390 * 1024


def require_storable(entity: Any, field: str) -> None:
    """InvalidError naming `field` when `entity` would take more than 390 KB as JSON; letters beyond ASCII are stored as
    six-byte escapes."""
    size = len(json.dumps(encode(entity)))
    if size > MAX_DOCUMENT_BYTES:
        allowed = f"{MAX_DOCUMENT_BYTES} bytes as JSON"
        problem = Problem(field, "is too large", value=f"{size} bytes", allowed=allowed)
        raise InvalidError(f"{field} is too large: {size} bytes of at most {MAX_DOCUMENT_BYTES}", problems=[problem])
