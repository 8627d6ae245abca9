"""The erasure of a member: how far it is, and the report that proves it (GDPR art. 17 and 5 (2))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ariia.domain.audit.entries import AuditEntry, AuditKind, digest
from ariia.domain.channel import Channel
from ariia.domain.instants import iso
from ariia.domain.members.address_index import AddressKey, addresses_of, id_key
from ariia.domain.members.erasure_mark import ErasureMark
from ariia.domain.members.member import Member


class ErasureReason(StrEnum):
    """Why a member is erased: at their request, or by a ground of GDPR art. 17 (1). A closed list, so that the proof
    can say it without saying anything about the person."""

    MEMBER_REQUEST = "member_request"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal_obligation"


@dataclass
class Erasure:
    """An erasure as stored. While it goes on it knows whom it is about: `member_id`, the `addresses` (keys of the
    index) that carry its mark, and `words` by which the member is found in lists of rejected lines. All of that is gone
    when it is over, and `report` with its SHA-256 is what stays.

    `begun_at` is the mark's instant; nothing that began before it is running any more at `quiet_at`. `after` and
    `counted` are places in the present step; what lies between them is in `counts` already. `later` are campaigns in
    which a sender holds the member. `same_as`: another erasure of this member was faster. Instants are epoch ms,
    `touched_at` is that of the last change."""

    id: str
    tenant_id: str
    reason: ErasureReason
    requested_by: str
    requested_at: int
    member_id: str | None = None
    addresses: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    begun_at: int | None = None
    quiet_at: int | None = None
    steps_done: list[str] = field(default_factory=list)
    after: str | None = None
    counted: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    later: list[str] = field(default_factory=list)
    waits_for: str | None = None
    finished_at: int | None = None
    report: dict[str, Any] = field(default_factory=dict)
    sha256: str | None = None
    same_as: str | None = None
    fingerprint: str | None = None
    touched_at: int = 0
    version: int = 0

    @property
    def is_over(self) -> bool:
        """True when nothing is left to do, and nothing that says whom it was about."""
        return self.same_as is not None or (self.finished_at is not None and self.member_id is None)

    @property
    def who(self) -> str:
        """The member's id, while it goes on."""
        assert self.member_id is not None
        return self.member_id

    def mark_at(self, now: int) -> ErasureMark:
        """What it leaves where the member was: the same one since it began."""
        return ErasureMark(self.id, self.begun_at or now)

    @property
    def keys(self) -> list[AddressKey]:
        """Everything that carries the mark."""
        found = (key.split("#") for key in self.addresses)
        addresses = [AddressKey(self.tenant_id, Channel(channel), one) for channel, one in found]
        return [id_key(self.tenant_id, self.who), *addresses]

    def look_at(self, member: Member | None) -> None:
        """Notes what will be needed when the member's row is gone, beside what was noted before."""
        keys = sorted(addresses_of(member), key=str)
        self.addresses = sorted({*self.addresses, *(f"{key.channel}#{key.hash}" for key in keys)})
        self.words = sorted({*self.words, self.who, *(words_of(member) if member else ())})

    def count(self, more: Mapping[str, int]) -> None:
        """Adds what was found to what is erased."""
        for kind, number in more.items():
            self.counts[kind] = self.counts.get(kind, 0) + number

    def go_on(self, step: str, end: str, *, is_last: bool) -> None:
        """Goes on behind the place `end` of the step, or to the next step from its start."""
        if is_last:
            self.steps_done.append(step)
            self.after = self.counted = None
        else:
            self.counted = None if self.counted in (None, end) else self.counted
            self.after = end

    def conclude(self, at: int, files_until: int) -> None:
        """Ends it with its report; who it was about stays until `forget`. No file that shows them is there after
        `files_until` (epoch ms)."""
        self.finished_at, self.waits_for = at, None
        self.report = {
            "erasure_id": self.id,
            "tenant_id": self.tenant_id,
            "reason": self.reason.value,
            "requested_by": self.requested_by,
            "requested_at": iso(self.requested_at),
            "finished_at": iso(at),
            "erased": dict(sorted(self.counts.items())),
            "kept": {
                "statistics": "counts without members",
                "marks": "hashes of the id and of each address, which refuse them unless a later consent is shown",
                "files_until": iso(files_until),
            },
        }
        self.sha256 = digest(self.report)

    def forget(self) -> None:
        """Drops everything that says whom it was about."""
        self.member_id, self.addresses, self.words, self.later = None, [], [], []
        self.after = self.counted = None


def words_of(member: Member) -> list[str]:
    """What tells the member apart where somebody wrote it, in lower case."""
    found = (member.email, member.phone, member.telegram_id, member.external_id)
    return [one.lower() for one in found if one]


def begun_entry(erasure: Erasure, mark: ErasureMark, subject: str) -> AuditEntry:
    """What the audit trail says when the member is gone; it names nobody from the start."""
    details = {"erasure": erasure.id}
    return AuditEntry(
        AuditKind.ERASURE,
        "begun",
        mark.at,
        erasure.requested_by,
        subject=subject,
        reason=erasure.reason.value,
        details=details,
    )


def finished_entry(erasure: Erasure, subject: str) -> AuditEntry:
    """What the audit trail says when everything else is gone too: by its hash the report is known to be the one."""
    details = {"erasure": erasure.id, "sha256": erasure.sha256}
    at = erasure.finished_at or 0
    return AuditEntry(AuditKind.ERASURE, "finished", at, erasure.requested_by, subject=subject, details=details)
