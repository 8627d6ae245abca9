"""Review: what was submitted is frozen under a hash, and an approval is bound to exactly that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ariia.domain.errors import ConflictError


@dataclass(frozen=True)
class Review:
    """Where the review of something stands: the hash that was submitted, the one that was approved, by whom and when
    (epoch ms), or why it was rejected. `segment_ids` are the segments that what was submitted names: they can't be
    deleted while they are needed. Its moves return the review that follows."""

    submitted_hash: str | None = None
    approved_hash: str | None = None
    approved_by: str | None = None
    approved_at: int | None = None
    feedback: str | None = None
    segment_ids: list[str] = field(default_factory=list)

    def submit(self, submitted: str, segment_ids: Iterable[str]) -> Review:
        """Under review; earlier feedback is obeyed."""
        return replace(self, submitted_hash=submitted, feedback=None, segment_ids=list(segment_ids))

    def approve(self, reviewed: str, by: str, at: int, about: object) -> Review:
        """Approved; ConflictError, `about` what is reviewed, when something else than `reviewed` is submitted."""
        if self.submitted_hash != reviewed:
            raise ConflictError("what is submitted now is not what was reviewed; read it again", about=about)
        return replace(self, approved_hash=reviewed, approved_by=by, approved_at=at)

    def reject(self, feedback: str) -> Review:
        """Nothing is submitted any more, for this reason."""
        return replace(self, submitted_hash=None, feedback=feedback, segment_ids=[])

    def revoke(self) -> Review:
        """Neither submitted nor approved: both were for something else than what an edit made of it."""
        return Review(feedback=self.feedback)

    @property
    def is_approved(self) -> bool:
        """True when what is submitted now is what was approved."""
        return self.approved_hash is not None and self.approved_hash == self.submitted_hash


@dataclass(kw_only=True)
class Reviewed:
    """What is reviewed. The names of the concept are read from its review."""

    review: Review = field(default_factory=Review)

    @property
    def submitted_hash(self) -> str | None:
        """The hash of what is under review or approved."""
        return self.review.submitted_hash

    @property
    def approved_hash(self) -> str | None:
        """The hash of what was approved: the name of the frozen content and target."""
        return self.review.approved_hash

    @property
    def approved_by(self) -> str | None:
        """Who approved it."""
        return self.review.approved_by

    @property
    def approved_at(self) -> int | None:
        """When it was approved (epoch ms)."""
        return self.review.approved_at

    @property
    def feedback(self) -> str | None:
        """Why it was rejected last."""
        return self.review.feedback
