"""What travels in a channel's queue: ids, and how many messages to take tokens for; the worker reads the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ariia.domain.ledger.batch import BatchKey


@dataclass(frozen=True)
class QueuedBatch:
    """A batch whose `size` members wait."""

    key: BatchKey
    size: int

    def to_text(self) -> str:
        """The message body."""
        key = self.key
        body = {"tenant": key.tenant_id, "campaign": key.campaign_id, "batch": key.tag, "size": self.size}
        return json.dumps(body, separators=(",", ":"))

    @classmethod
    def from_text(cls, body: str) -> QueuedBatch:
        """The batch of a message body; ValueError or KeyError when it is none of ours."""
        values = json.loads(body)
        key = BatchKey.from_tag(values["tenant"], values["campaign"], values["batch"])
        return cls(key, int(values["size"]))
