"""What becomes of something that is late: its hour has passed and it did not leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# EventBridge Scheduler fires within a minute (docs.aws.amazon.com/scheduler, "Precision"): what is later by less than
# this is not called late.
MIN_THRESHOLD_SECONDS = 60


class MisfirePolicy(StrEnum):
    """`send` it late, `skip` it for good, or `ask` a person."""

    SEND = "send"
    SKIP = "skip"
    ASK = "ask"


@dataclass(frozen=True)
class Misfire:
    """What is later than `after_seconds` is dealt with by `policy`; what is less late is sent."""

    policy: MisfirePolicy = MisfirePolicy.SEND
    after_seconds: int = 3_600

    def judge(self, due: int, now: int) -> MisfirePolicy:
        """What to do at `now` with something that was due at `due` (epoch ms)."""
        return self.policy if now - due > self.after_seconds * 1000 else MisfirePolicy.SEND


def late_reason(due: int, now: int) -> str:
    """Why something was not simply sent, in words for the tenant."""
    return f"it was due {(now - due) // 60_000} minutes ago and had not left"
