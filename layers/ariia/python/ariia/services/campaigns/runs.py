"""What a run does to its campaign: take charge, finish, fail, pause. Every change is conditional and repeatable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.run import is_in_charge, take_charge
from ariia.domain.errors import ConflictError, TransientError
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.domain.rules.reputation import ReputationState
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
        """Makes this run the one in charge if its starter crashed before that. None when another move was faster."""
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

    def change(self, campaign: Dispatch, apply: Apply) -> Campaign | None:
        """Applies a change, as long as this campaign's run is in charge; what `apply` answers is for the history."""
        return self._update(campaign, apply)

    def finish(self, campaign: Dispatch, *, went_out: bool) -> Campaign | None:
        """sending -> sent, or failed when nothing of it `went_out`; as it ended. None when it was paused meanwhile, or
        held members were decided to be sent to since `campaign` was read: the run goes on."""
        done = False

        def apply(fresh: Campaign) -> Move | None:
            nonlocal done
            done = fresh.is_sendable and fresh.decided_at == campaign.decided_at
            if not done:
                return None
            now = self._clock.now()
            fresh.went_out = bool(went_out or fresh.went_out)
            if not fresh.went_out:
                return _failed(fresh, _nobody(fresh), now)
            fresh.sent_at = now
            return fresh.move(CampaignStatus.SENT, action="finish", by=SYSTEM, at=now)

        ended = self._update(campaign, apply)
        return ended if done else None

    def fail(self, campaign: Dispatch, reason: str) -> None:
        """sending -> failed, with the reason; what was sent stays sent. Before its audience stands, nothing was."""

        def apply(fresh: Campaign) -> Move | None:
            if fresh.status is not CampaignStatus.SENDING:
                return None
            fresh.went_out = False if fresh.planned_at is None else fresh.went_out
            return _failed(fresh, reason, self._clock.now())

        self._update(campaign, apply)

    def pause(
        self,
        campaign: Dispatch,
        reason: str,
        *,
        cause: PauseCause | None = None,
        reputation: ReputationState | None = None,
    ) -> bool:
        """Pauses a sending campaign with the reason, and notes where its reputation stood if that is the `cause`. True
        when this very call did it."""
        done = []

        def apply(fresh: Campaign) -> Move | None:
            if not fresh.is_sendable:
                return None
            fresh.reputation = reputation or fresh.reputation
            done.append(True)
            return fresh.pause(by=SYSTEM, at=self._clock.now(), reason=reason, cause=cause)

        return self._update(campaign, apply) is not None and bool(done)

    def _update(self, campaign: Dispatch, apply: Apply) -> Campaign | None:
        for _ in range(_TRIES):
            fresh = self.in_charge(campaign.tenant_id, campaign.id, campaign.epoch)
            if fresh is None:
                return None
            before = replace(fresh)
            move = apply(fresh)
            if move is None and fresh == before:
                return fresh
            fresh.updated_at = self._clock.now()
            if self._campaigns.save(CampaignChange(fresh, moves=[move] if move else [])):
                return fresh
        raise TransientError(f"campaign {campaign.id} changed {_TRIES} times while it was being updated")


def _failed(campaign: Campaign, reason: str, now: int) -> Move:
    campaign.failure_reason = reason
    return campaign.move(CampaignStatus.FAILED, action="fail", by=SYSTEM, at=now, reason=reason)


def _nobody(campaign: Campaign) -> str:
    if not campaign.targeted:
        return "nobody is in its audience"
    return f"nothing of it went out: its {campaign.targeted} recipients say why"
