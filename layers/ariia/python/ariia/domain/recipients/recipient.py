"""CampaignRecipient: the ledger's answer about one member, batch and receipt merged."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.receipt import EventKind, Receipt, RecipientStatus, refusal_of, status_of
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.next_steps.waits import Wait, wait_of_recipient


@dataclass(frozen=True)
class Recipient:
    """One row of the recipient list. Instants are epoch milliseconds; `id` is stable for (campaign, member)."""

    id: str
    campaign_id: str
    member_id: str
    status: RecipientStatus
    reason: str | None = None
    error_message: str | None = None
    provider_id: str | None = None
    attempt: int = 0
    sent_at: int | None = None
    delivered_at: int | None = None
    opened_at: int | None = None
    clicked_at: int | None = None
    bounced_at: int | None = None
    complained_at: int | None = None
    unsubscribed_at: int | None = None
    machine_opened_at: int | None = None
    waits: Wait | None = None


def recipient(
    campaign: Dispatch, batch: Batch, entry: Entry, receipt: Receipt | None, now: int | None = None
) -> Recipient:
    """The merged view. A pending member of an unclaimed batch of a cancelled campaign reads as excluded/cancelled. What
    somebody waits for is told when `now` (epoch ms) is."""
    facts = receipt or Receipt()
    status = status_of(entry, receipt)
    reason = entry.detail if entry.state is EntryState.EXCLUDED else None
    if status is RecipientStatus.PENDING and _is_cancelled(campaign, batch, entry):
        status, reason = RecipientStatus.EXCLUDED, ExclusionReason.CANCELLED
    accepted = entry.state is EntryState.ACCEPTED
    is_open = now is not None and status in (RecipientStatus.PENDING, RecipientStatus.EXCLUDED)
    return Recipient(
        id=f"{campaign.id}-{entry.member_id}",
        campaign_id=campaign.id,
        member_id=entry.member_id,
        status=status,
        reason=reason,
        error_message=_error(entry, facts, status),
        provider_id=entry.detail if accepted else facts.provider_id,
        attempt=entry.attempt or batch.attempt,
        sent_at=entry.at if accepted else facts.at(EventKind.SENT),
        delivered_at=facts.at(EventKind.DELIVERED),
        opened_at=facts.at(EventKind.OPENED),
        clicked_at=facts.at(EventKind.CLICKED),
        bounced_at=facts.at(EventKind.BOUNCED) or facts.at(EventKind.SOFT_BOUNCED),
        complained_at=facts.at(EventKind.COMPLAINED),
        unsubscribed_at=facts.at(EventKind.UNSUBSCRIBED),
        machine_opened_at=facts.at(EventKind.MACHINE_OPENED),
        waits=wait_of_recipient(campaign, batch, entry, now) if is_open and now is not None else None,
    )


def _is_cancelled(campaign: Dispatch, batch: Batch, entry: Entry) -> bool:
    claimed = {one.member_id for one in batch.claimed}
    return campaign.status is CampaignStatus.CANCELLED and entry.member_id not in claimed


def _error(entry: Entry, facts: Receipt, status: RecipientStatus) -> str | None:
    if status is RecipientStatus.FAILED:
        return entry.detail if entry.state is EntryState.FAILED else refusal_of(entry, facts)
    if status is RecipientStatus.BOUNCED:
        return facts.bounce_reason
    return None
