"""When a campaign harms its sender's reputation: hard bounces and complaints as shares of what was sent (product page,
"Senders and reputation"). Providers act on the same figures: SES reviews an account at 5 % bounces or 0.1 % complaints,
Gmail asks senders to stay under 0.10 % complaints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Fewer say too little: one complaint of a hundred is chance.
MIN_SENT = 200
BOUNCE_RATE = 0.05
COMPLAINT_RATE = 0.001
# What the platform may allow a tenant: SES suspends at 10 %, Gmail rejects at 0.30 %.
MOST_BOUNCES = 0.10
MOST_COMPLAINTS = 0.003


@dataclass(frozen=True)
class ReputationFacts:
    """Members: messages that the provider took, hard bounces and complaints among them."""

    sent: int = 0
    hard_bounced: int = 0
    complained: int = 0

    @classmethod
    def of(cls, counts: Mapping[tuple[str, str], int]) -> ReputationFacts:
        """The sums of a campaign's counters over its lanes."""
        sums: dict[str, int] = {}
        for (group, name), count in counts.items():
            if group.startswith("lane:"):
                sums[name] = sums.get(name, 0) + count
        return cls(*(max(0, sums.get(name, 0)) for name in ("accepted", "hard_bounced", "complained")))

    def since(self, base: ReputationFacts) -> ReputationFacts:
        """What came after `base`."""
        pairs = (
            (self.sent, base.sent),
            (self.hard_bounced, base.hard_bounced),
            (self.complained, base.complained),
        )
        return ReputationFacts(*(max(0, now - then) for now, then in pairs))

    @property
    def may_be_judged(self) -> bool:
        """Enough was sent, and there is something to look at."""
        return self.sent >= MIN_SENT and bool(self.hard_bounced or self.complained)


@dataclass(frozen=True)
class ReputationLimits:
    """Shares (0 to 1) from which on a campaign pauses itself."""

    bounce_rate: float = BOUNCE_RATE
    complaint_rate: float = COMPLAINT_RATE


@dataclass(frozen=True)
class ReputationState:
    """Where the guard measures from. `awaits_resume`: the campaign paused itself; who resumed it has seen what was
    counted until then, so that measuring starts anew at the first look after."""

    base: ReputationFacts = field(default_factory=ReputationFacts)
    awaits_resume: bool = False


def breach(facts: ReputationFacts, limits: ReputationLimits) -> str | None:
    """Why a campaign with these facts has to pause, fit for the tenant to read; None when it has not."""
    if facts.sent < MIN_SENT:
        return None
    found = (
        ("hard bounces", facts.hard_bounced, limits.bounce_rate),
        ("complaints", facts.complained, limits.complaint_rate),
    )
    for what, count, limit in found:
        if count and count >= limit * facts.sent:
            share, allowed = f"{count / facts.sent:.2%}", f"{limit:.2%}"
            return f"{count} {what} of {facts.sent} messages sent ({share}); the limit is {allowed}"
    return None
