"""The audit trail: who changed what a tenant may do with whom, when and why. Derived from the change itself, so that
no path can forget it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ariia.domain.documents import encode


class AuditKind(StrEnum):
    """What an entry is about."""

    CONSENT = "consent"
    SUPPRESSION = "suppression"
    TRACKING = "tracking"
    MEMBER = "member"
    SETTINGS = "settings"
    ERASURE = "erasure"
    EXPORT = "export"


@dataclass(frozen=True)
class AuditEntry:
    """One change. `at` is when we noted it (epoch ms), `subject` tells members apart without naming them, `address` is
    a hash. `details` are the kind's own: of a consent its proof and when it was said."""

    kind: AuditKind
    action: str
    at: int
    by: str
    member_id: str | None = None
    subject: str | None = None
    channel: str | None = None
    address: str | None = None
    reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str | None:
        """What it is found by beside its instant: the member's subject or, where none is named, the address."""
        return self.subject or self.address

    @property
    def is_named(self) -> bool:
        """True while it leads to somebody: until it is redacted."""
        return self.member_id is not None or self.address is not None


def subject_of(tenant_id: str, member_id: str) -> str:
    """What stands for a member where the id itself must not outlive an erasure."""
    return hashlib.sha256(f"{tenant_id}\x1f{member_id}".encode()).hexdigest()[:32]


def redacted(entry: AuditEntry) -> AuditEntry:
    """What stays of an entry when its member is erased: that it happened, and a hash of all that it said."""
    by_member = entry.by == entry.member_id
    kept = replace(entry, member_id=None, address=None, reason=None, by="member" if by_member else entry.by)
    return replace(kept, details={"sha256": digest(encode(entry))})


def digest(document: Any) -> str:
    """SHA-256 of a JSON value in one form (sorted, without blanks): what stays of a proof when its member is erased.
    A holder of the document can show that it is the one."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
