"""Files that clients upload, what we keep beside them, and who works on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

# All files rest in a bucket that forgets them after so long.
FILES_KEPT_MS = 7 * 86_400_000


@dataclass(frozen=True)
class UploadedFile:
    """An object as it lies there; the etag changes with its content."""

    size: int
    etag: str


class Uploads(Protocol):
    """The bucket that clients upload to."""

    def upload_url(self, key: str, content_type: str, seconds: int) -> str:
        """A URL that takes one PUT of this content type for `seconds`."""
        ...

    def find(self, key: str) -> UploadedFile | None:
        """The object; None when there is none (yet, or any more)."""
        ...

    def blocks(self, key: str, etag: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes `start` to `end` (exclusive), in blocks of bounded size. NotFoundError when the object is gone or
        is not the one of this etag any more."""
        ...

    def read(self, key: str) -> bytes | None:
        """A small object whole; None when there is none."""
        ...

    def write(self, key: str, data: bytes, content_type: str = "application/json") -> None:
        """Stores a small object; the same call again changes nothing."""
        ...

    def download_url(self, key: str, file_name: str, seconds: int) -> str:
        """A URL that gives the object for `seconds`, to be saved as `file_name`."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Removes these objects; what is gone stays gone. Any error: do it again."""
        ...


@dataclass(frozen=True)
class RangeTask:
    """One range of one import, to be worked on by anybody at any time, as often as it may come."""

    tenant_id: str
    job_id: str
    number: int


class RangeWork(Protocol):
    """Has import_members work on ranges."""

    def start(self, tasks: Sequence[RangeTask]) -> None:
        """Begins all of them soon, each at least once; TransientError when some may not be begun."""
        ...
