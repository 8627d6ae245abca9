"""What may be recorded of what a member opens and clicks: only what tenant, campaign and member all allow."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.members.member import Member


@dataclass(frozen=True)
class Tracking:
    """Whether opens and clicks of a message are recorded."""

    opens: bool
    clicks: bool

    @property
    def configuration(self) -> str:
        """The last part of the name of the configuration set that records just this."""
        names = {(True, True): "tracked", (True, False): "opens", (False, True): "clicks", (False, False): "untracked"}
        return names[self.opens, self.clicks]

    @property
    def mark(self) -> int:
        """What an entry of the ledger notes: 1 = opens are not recorded, 2 = clicks are not, 3 = neither."""
        return (not self.opens) + 2 * (not self.clicks)


def tracking_of(member: Member, *, opens: bool, clicks: bool) -> Tracking:
    """What is recorded of `member` where the campaign records `opens` and `clicks`; None as a choice goes along."""
    choice = member.tracking
    if choice is None:
        return Tracking(opens, clicks)
    return Tracking(opens and choice.opens is not False, clicks and choice.clicks is not False)
