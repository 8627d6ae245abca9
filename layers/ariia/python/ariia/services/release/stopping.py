"""Pausing and cancelling. Both are written first, as they must hold at once; what is in flight is settled later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.run import take_charge
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.workflows import Executions
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.reading import Campaigns
from ariia.services.release.in_flight import InFlight, InFlightCount

_S = CampaignStatus
_TRIES = 8


@dataclass(frozen=True)
class Stopped:
    """A campaign after pause or cancel: no call to the provider begins whose read of campaign and members starts now.
    What was claimed before is `in_flight`."""

    campaign: Campaign
    in_flight: InFlight


class CampaignStopping:
    """Stops runs, for the time being or for good."""

    def __init__(
        self,
        store: CampaignStore,
        runs: Executions,
        in_flight: InFlightCount,
        clock: Clock,
        broadcasts: BroadcastQuota,
    ) -> None:
        self._store, self._runs, self._in_flight = store, runs, in_flight
        self._clock, self._broadcasts, self._campaigns = clock, broadcasts, Campaigns(store)

    def pause(
        self, tenant_id: str, campaign_id: str, by: str, reason: str | None = None, version: int | None = None
    ) -> Stopped:
        """Stops sending until it is resumed; pausing a paused campaign changes nothing. ConflictError when it is not
        sending."""

        def apply(campaign: Campaign) -> Move | None:
            campaign.require(campaign.status is _S.SENDING, "paused")
            return None if campaign.is_paused else campaign.pause(by=by, at=self._clock.now(), reason=reason)

        campaign = self._change(tenant_id, campaign_id, version, apply)
        return Stopped(campaign, self._in_flight.of(campaign))

    def cancel(
        self, tenant_id: str, campaign_id: str, by: str, reason: str | None = None, version: int | None = None
    ) -> Stopped:
        """Ends it for good; cancelling again changes nothing. Who was sent stays sent, and a run settles what is in
        flight. ConflictError when it is over already."""

        def apply(campaign: Campaign) -> Move | None:
            if campaign.status is _S.CANCELLED:
                return None
            return campaign.move(_S.CANCELLED, action="cancel", by=by, at=self._clock.now(), reason=reason)

        campaign = self._change(tenant_id, campaign_id, version, apply)
        in_flight = self._in_flight.of(campaign)
        self._broadcasts.give_back(campaign)
        if campaign.lanes:
            campaign = self._settle(campaign, by)
        return Stopped(campaign, in_flight)

    def _settle(self, campaign: Campaign, by: str) -> Campaign:
        """Starts a run that settles open claims. If the save loses a race, an existing run already does."""
        epoch = campaign.version
        self._runs.start(campaign.tenant_id, campaign.id, epoch)
        move = take_charge(campaign, epoch, by=by, at=self._clock.now())
        if self._store.save(CampaignChange(campaign, moves=[move])):
            return campaign
        return self._campaigns.get(campaign.tenant_id, campaign.id)

    def _change(
        self, tenant_id: str, campaign_id: str, version: int | None, apply: Callable[[Campaign], Move | None]
    ) -> Campaign:
        """Applies a change that must hold now, however often the run writes at the same time."""
        for _ in range(_TRIES):
            campaign = self._read(tenant_id, campaign_id, version)
            move = apply(campaign)
            if move is None or self._store.save(CampaignChange(campaign, moves=[move])):
                return campaign
        raise changed_meanwhile()

    def _read(self, tenant_id: str, campaign_id: str, version: int | None) -> Campaign:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        require_version(version, campaign.version)
        return campaign
