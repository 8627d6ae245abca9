"""Work on the list of a static segment that is too long for one request: one task per shard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ariia.domain.audience.count_job import AudienceQuestion

FILL_KIND = "segment-fill"


@dataclass(kw_only=True)
class FillJob(AudienceQuestion):
    """Whom the list of `segment_id` is filled with: who meets the copied filter at the instant `at`."""

    segment_id: str
    shards: int


@dataclass(frozen=True)
class SegmentTask:
    """One shard of a list: to be filled as the job says, or, without a job, to be emptied."""

    tenant_id: str
    segment_id: str
    shard: int
    job_id: str | None = None

    def to_payload(self) -> dict[str, Any]:
        """What `from_payload` reads."""
        return {"tenant": self.tenant_id, "segment": self.segment_id, "job": self.job_id, "shard": self.shard}

    @classmethod
    def from_payload(cls, values: Mapping[str, Any]) -> SegmentTask:
        """The task of a payload; ValueError, KeyError or TypeError when it is none of these."""
        return cls(values["tenant"], values["segment"], int(values["shard"]), values["job"])
