"""Uploaded files and the import queue in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from ariia.domain.errors import NotFoundError
from ariia.ports.uploads import RangeTask, RangeWork, UploadedFile, Uploads


class MemoryUploads(Uploads):
    """Uploads that forget at exit. `put` is the client's side."""

    def __init__(self, block_bytes: int = 1000) -> None:
        self._block_bytes = block_bytes
        self.files: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Uploads a file."""
        self.files[key] = data

    def upload_url(self, key: str, content_type: str, seconds: int) -> str:
        return f"memory://{key}?type={content_type}&seconds={seconds}"

    def find(self, key: str) -> UploadedFile | None:
        data = self.files.get(key)
        return None if data is None else UploadedFile(len(data), _etag(data))

    def blocks(self, key: str, etag: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        data = self.files.get(key)
        if data is None or _etag(data) != etag:
            raise NotFoundError("the uploaded file is no longer there")
        wanted = data[start:end]
        for begin in range(0, len(wanted), self._block_bytes):
            yield wanted[begin : begin + self._block_bytes]

    def read(self, key: str) -> bytes | None:
        return self.files.get(key)

    def write(self, key: str, data: bytes, content_type: str = "application/json") -> None:
        self.files[key] = data

    def download_url(self, key: str, file_name: str, seconds: int) -> str:
        return f"memory://{key}?name={file_name}&seconds={seconds}"

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.files.pop(key, None)


class MemoryRangeWork(RangeWork):
    """RangeWork as a list that a test works off."""

    def __init__(self) -> None:
        self.tasks: list[RangeTask] = []

    def start(self, tasks: Sequence[RangeTask]) -> None:
        self.tasks.extend(tasks)


def _etag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
