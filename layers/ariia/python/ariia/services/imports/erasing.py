"""Rejected lines of imports: what the member wrote is taken out of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ariia.domain.imports.job import ImportJob
from ariia.domain.mentions import is_about
from ariia.ports.clock import Clock
from ariia.ports.jobs import JobStore
from ariia.ports.personal_data import Erasing, Found, piece_of
from ariia.ports.uploads import FILES_KEPT_MS, Uploads
from ariia.services.imports.jobs import ImportJobs


@dataclass(frozen=True)
class _Lines:
    """A list of rejected lines as it is to be."""

    key: str
    data: bytes


class RejectedLinesStep:
    """Takes what the member wrote out of lists of rejected lines, which rest as long as the file does."""

    name = "rejected_lines"
    # The lists are files.
    tables = ()

    def __init__(self, jobs: JobStore, uploads: Uploads, clock: Clock) -> None:
        self._imports, self._uploads, self._clock = ImportJobs(jobs), uploads, clock

    def find(self, erasure: Erasing) -> Found:
        """See ErasureStep. One import at a time: it may have a thousand lists."""
        page = self._imports.page(erasure.tenant_id, 1, erasure.after)
        some, end, is_last = piece_of(page, 1, erasure, lambda one: one.id)
        lists, lines = list[_Lines](), 0
        for key in (key for job in some for key in self._lists_of(job)):
            made, changed = _without(self._uploads.read(key), erasure.words)
            if changed:
                lists.append(_Lines(key, made))
                lines += changed
        return Found(lists, {"rejected_lines": lines} if lines else {}, end, is_last)

    def erase(self, erasure: Erasing, found: Found) -> str | None:
        """See ErasureStep."""
        for one in found.items:
            self._uploads.write(one.key, one.data)
        return None

    def _lists_of(self, job: ImportJob) -> list[str]:
        """Those that may still be there."""
        if job.created_at < self._clock.now() - FILES_KEPT_MS - 86_400_000:
            return []
        results = self._imports.results(job)
        return [job.result_key("rejected", number) for number, result in results.items() if result.rejected]


def _without(data: bytes | None, words: Sequence[str]) -> tuple[bytes, int]:
    """The list without the values that are about somebody, and from how many lines it took some."""
    changed, lines = 0, []
    for line in (data or b"").splitlines():
        document = json.loads(line)
        about = [one for one in document["problems"] if one.get("value") is not None and is_about(one["value"], words)]
        for problem in about:
            problem["value"] = None
        changed += bool(about)
        lines.append(json.dumps(document) + "\n")
    return "".join(lines).encode(), changed
