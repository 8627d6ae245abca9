"""What a run does to its campaign: take charge, finish, fail, pause. Every change is conditional and repeatable."""

from __future__ import annotations

from collections.abc import Callable

from ariia.domain.campaign import Campaign, CampaignStatus, Move
from ariia.domain.errors import ConflictError, TransientError
from ariia.domain.reputation import ReputationState
from ariia.domain.run import is_in_charge, take_charge
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock

SYSTEM = "system"
_TRIES = 8

Apply = Callable[[Campaign], Move | None]


class CampaignRuns:
    """The execution's side of a campaign's life."""

    def __init__(self, campaigns: CampaignStore, clock: Clock) -> None:
        self._campaigns, self._clock = campaigns, clock

    def in_charge(self, tenant_id: str, campaign_id: str, epoch: int) -> Campaign | None:
        """The campaign if this run is the one that works on it; None when it is not, or not any more."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        return campaign if campaign and is_in_charge(campaign, epoch) else None

    def take_charge(self, tenant_id: str, campaign_id: str, epoch: int) -> Campaign | None:
        """Makes this run the one in charge if the starter died before it could. None when another move was faster."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        if campaign is None or is_in_charge(campaign, epoch):
            return campaign
        if campaign.version != epoch:
            return None
        try:
            move = take_charge(campaign, epoch, by=SYSTEM, at=self._clock.now())
        except ConflictError:
            return None
        if self._campaigns.save(CampaignChange(campaign, moves=[move])):
            return campaign
        return self.in_charge(tenant_id, campaign_id, epoch)

    def change(self, campaign: Campaign, apply: Callable[[Campaign], None]) -> Campaign | None:
        """Applies a change that is no move, as long as this campaign's run is in charge."""
        return self._update(campaign, lambda fresh: apply(fresh))

    def finish(self, campaign: Campaign) -> bool:
        """sending -> sent, unless it was paused meanwhile: then the run that resumes it finishes it. False when held
        members were decided to be sent to since `campaign` was read: the run goes on."""
        more = False

        def apply(fresh: Campaign) -> Move | None:
            nonlocal more
            more = fresh.is_sendable and fresh.decided_at != campaign.decided_at
            if not fresh.is_sendable or more:
                return None
            fresh.sent_at = self._clock.now()
            return fresh.move(CampaignStatus.SENT, action="finish", by=SYSTEM, at=fresh.sent_at)

        self._update(campaign, apply)
        return not more

    def fail(self, campaign: Campaign, reason: str) -> None:
        """sending -> failed, with the reason; whoever was sent stays sent."""

        def apply(fresh: Campaign) -> Move | None:
            if fresh.status is not CampaignStatus.SENDING:
                return None
            fresh.failure_reason = reason
            return fresh.move(CampaignStatus.FAILED, action="fail", by=SYSTEM, at=self._clock.now(), reason=reason)

        self._update(campaign, apply)

    def pause(
        self,
        campaign: Campaign,
        reason: str,
        *,
        cause: str | None = None,
        reputation: ReputationState | None = None,
    ) -> bool:
        """Pauses a sending campaign with the reason, and notes where its reputation stood if that is the `cause`. True
        when this very call did it."""
        done = []

        def apply(fresh: Campaign) -> Move | None:
            if not fresh.is_sendable:
                return None
            fresh.paused_at, fresh.pause_reason, fresh.pause_cause = self._clock.now(), reason, cause
            fresh.reputation = reputation or fresh.reputation
            done.append(True)
            return Move("pause", fresh.status, fresh.status, SYSTEM, fresh.paused_at, reason)

        return self._update(campaign, apply) is not None and bool(done)

    def _update(self, campaign: Campaign, apply: Apply) -> Campaign | None:
        for _ in range(_TRIES):
            fresh = self.in_charge(campaign.tenant_id, campaign.id, campaign.epoch)
            if fresh is None:
                return None
            move = apply(fresh)
            if self._campaigns.save(CampaignChange(fresh, moves=[move] if move else [])):
                return fresh
        raise TransientError(f"campaign {campaign.id} changed {_TRIES} times while it was being updated")
