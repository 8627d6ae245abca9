"""The only moves between the statuses of a campaign (product page)."""

from __future__ import annotations

from ariia.domain.ledger.status import CampaignStatus

_S = CampaignStatus
TRANSITIONS: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    _S.DRAFT: frozenset({_S.AI_GENERATING, _S.PENDING_REVIEW, _S.CANCELLED}),
    _S.AI_GENERATING: frozenset({_S.PENDING_REVIEW, _S.DRAFT, _S.CANCELLED}),
    _S.PENDING_REVIEW: frozenset({_S.APPROVED, _S.DRAFT, _S.AI_GENERATING, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.SCHEDULED, _S.SENDING, _S.DRAFT, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.SENDING, _S.APPROVED, _S.DRAFT, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.SENT, _S.FAILED, _S.DRAFT, _S.CANCELLED}),
    _S.SENT: frozenset({_S.SENDING}),
    _S.FAILED: frozenset({_S.SENDING, _S.DRAFT, _S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}
EDITABLE = frozenset({_S.DRAFT, _S.PENDING_REVIEW, _S.APPROVED, _S.SCHEDULED})
