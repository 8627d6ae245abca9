"""An event about one message, as every provider's callbacks are translated into."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.ledger.batch import BatchKey
from ariia.domain.ledger.clicked_link import link_name
from ariia.domain.ledger.receipt import EventKind, Receipt


@dataclass(frozen=True)
class ProviderEvent:
    """What happened to which attempt at which message. `kind` None = the provider refused the attempt after taking it
    (Reject, Rendering Failure). `at` is the provider's own instant in epoch milliseconds, `address` the one that was
    mailed, where the event suppresses it."""

    kind: EventKind | None
    at: int
    batch: BatchKey
    attempt: int
    member_id: str
    provider_id: str = ""
    reason: str = ""
    link: str = ""
    address: str = ""

    @property
    def proves_acceptance(self) -> bool:
        """Any event but a refusal shows that the provider took the message."""
        return self.kind is not None

    @property
    def suppresses(self) -> str | None:
        """The reason for which this event ends all sending to the address; None when it does not."""
        return {EventKind.BOUNCED: "hard_bounce", EventKind.COMPLAINED: "complaint"}.get(self.kind or EventKind.SENT)


def facts_of(event: ProviderEvent) -> Receipt:
    """The event as facts to merge into the receipt."""
    if event.kind is None:
        return Receipt(refused_attempts={str(event.attempt): event.reason or "refused by the provider"})
    return Receipt(
        times={str(event.kind): event.at},
        accepted_attempts=[event.attempt] if event.attempt else [],
        provider_id=event.provider_id or None,
        bounce_reason=event.reason or None if event.kind in (EventKind.BOUNCED, EventKind.SOFT_BOUNCED) else None,
        links={link_name(event.link): event.at} if event.kind is EventKind.CLICKED and event.link else {},
    )
