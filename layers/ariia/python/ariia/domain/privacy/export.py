"""The export of a member: everything that is stored about them, as one archive (GDPR art. 15 and 20)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

KEPT_MS = 7 * 86_400_000


class ExportState(StrEnum):
    """Where an export stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass
class MemberExport:
    """An export as stored, for as long as its archive. `subject` tells for whom it is (audit.subject_of), `member_id`
    says it while it runs. The rows of all `sections_done`, and of the present one up to its place `after`, are in the
    first `parts` files beside the archive, `messages` of them are messages. Instants are epoch ms, `touched_at` is that
    of the last change; `size` is in bytes."""

    id: str
    tenant_id: str
    subject: str
    requested_by: str
    requested_at: int
    member_id: str | None = None
    sections_done: list[str] = field(default_factory=list)
    after: str | None = None
    parts: int = 0
    messages: int = 0
    finished_at: int | None = None
    size: int | None = None
    failure: str | None = None
    fingerprint: str | None = None
    touched_at: int = 0
    version: int = 0

    @property
    def is_over(self) -> bool:
        """True when nothing will be added."""
        return self.finished_at is not None

    @property
    def expires_at(self) -> int:
        """Until when (epoch ms) the archive may be downloaded."""
        return self.requested_at + KEPT_MS

    @property
    def key(self) -> str:
        """Where the archive rests: not among the uploads, which are announced."""
        return f"{self._folder}/archive.zip"

    @property
    def part_keys(self) -> list[str]:
        """Where the parts rest, one more included: its writer may have crashed before noting it."""
        return [self.part_key(number) for number in range(self.parts + 1)]

    def part_key(self, number: int) -> str:
        """Where one part rests."""
        return f"{self._folder}/part-{number:05d}.json"

    def state(self, now: int) -> ExportState:
        """Where it stands at `now` (epoch ms)."""
        if self.failure is not None:
            return ExportState.FAILED
        if self.finished_at is None:
            return ExportState.RUNNING
        return ExportState.EXPIRED if now >= self.expires_at else ExportState.DONE

    def go_on(self, section: str, after: str | None) -> None:
        """Goes on behind the place `after` of the section, or with None to the next section from its start."""
        self.after = after
        if after is None:
            self.sections_done.append(section)

    def end(self, at: int, *, size: int | None = None, failure: str | None = None) -> None:
        """Ends it, with an archive or without."""
        self.finished_at, self.size, self.failure = at, size, failure
        self.member_id = self.after = None

    @property
    def _folder(self) -> str:
        return f"exports/{self.tenant_id}/{self.id}"
