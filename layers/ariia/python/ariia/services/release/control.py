"""Sending, resuming and retrying. What must survive a crash is started before it is written down: the execution makes
the same move itself when it finds it missing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from ariia.domain.campaigns.actions import forget_audience
from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.campaigns.findings import Moment
from ariia.domain.campaigns.run import is_in_charge, take_charge
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.errors import ConflictError, ForbiddenError, InvalidError, Problem
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import PAUSED, CampaignStatus
from ariia.domain.next_steps.actions import may_retry
from ariia.domain.pause_cause import PauseCause
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.ports.workflows import Executions
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.preflight_check import PreflightCheck
from ariia.services.campaigns.reading import Campaigns
from ariia.services.campaigns.targets import Targets
from ariia.services.statistics.figures import CampaignStatistics

_S = CampaignStatus


class CampaignSending:
    """Starts runs."""

    def __init__(
        self,
        store: CampaignStore,
        runs: Executions,
        contents: CampaignContents,
        targets: Targets,
        clock: Clock,
        broadcasts: BroadcastQuota,
        statistics: CampaignStatistics,
        gate: PreflightCheck,
    ) -> None:
        self._statistics, self._gate = statistics, gate
        self._store, self._runs, self._contents, self._targets = store, runs, contents, targets
        self._broadcasts = broadcasts
        self._clock, self._campaigns = clock, Campaigns(store)

    def send(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        version: int | None = None,
        despite: Collection[str] = (),
    ) -> Campaign:
        """approved -> sending, which takes one of the plan's broadcasts. ConflictError from any other status, when
        the approval is for something else, or it is not due yet; FindingsError for errors of the preflight that neither
        the codes in `despite` nor those at submit accept; LimitError when the plan has no broadcast left;
        NotFoundError."""
        campaign = self._read(tenant_id, campaign_id, version)
        if campaign.status is _S.CANCELLED:
            # A request that the cancel overtook may have been killed before it gave back what it had reserved.
            self._broadcasts.give_back(campaign)
        campaign.require(campaign.status in (_S.APPROVED, _S.SCHEDULED), "sent")
        if not campaign.review.is_approved:
            raise ConflictError("the approval is not for what is to be sent", about=campaign)
        self._require_due(campaign)
        campaign.despite = sorted({*campaign.despite, *despite})
        self._gate.require(self._campaigns.submitted(tenant_id, campaign_id), campaign.despite, Moment.SEND)
        self._broadcasts.reserve(campaign, self._clock.now())
        return self._reserved(campaign, by)

    def resume(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        version: int | None = None,
        *,
        reason: str | None = None,
        is_admin: bool = False,
    ) -> Campaign:
        """Goes on with a paused campaign; ConflictError when it is not paused. One that paused itself for its
        reputation needs an admin (else ForbiddenError) with a reason (else InvalidError), which is in the history
        before anything starts; from then on the guard counts only what comes after."""
        campaign = self._read(tenant_id, campaign_id, version)
        campaign.require(campaign.is_paused, "resumed, as it is not paused")
        self._require_sender(campaign)
        if campaign.pause_cause == PauseCause.REPUTATION:
            self._allow(campaign, by, reason, is_admin)
        return self._start(campaign, by, reason)

    def retry(self, tenant_id: str, campaign_id: str, by: str, version: int | None = None) -> Campaign:
        """failed or sent -> sending, for the failed and the unsent members only. ConflictError from any other status,
        or when there is nobody to send to again; LimitError when its broadcast was given back and none is left."""
        campaign = self._read(tenant_id, campaign_id, version)
        campaign.require(campaign.status in (_S.FAILED, _S.SENT), "retried")
        if not may_retry(campaign, self._statistics.totals(campaign)):
            raise ConflictError(
                "nobody of this campaign failed or was left unsent: there is nothing to retry", about=campaign
            )
        self._require_sender(campaign)
        whole = self._whole(campaign)
        self._broadcasts.reserve(whole, self._clock.now())
        return self._reserved(whole, by)

    def _require_due(self, campaign: Campaign) -> None:
        due = self._targets.due_at(campaign)
        if due is None:
            message = "the campaign that this one follows is still being sent: it is due after its end"
            raise ConflictError(message, about=campaign)
        if self._clock.now() < due:
            moment = datetime.fromtimestamp(due / 1000, UTC).isoformat(timespec="seconds")
            raise ConflictError(f"this follow-up is due at {moment}", about=campaign)
        # Approval is bound to the time as well: it may be sent late, when somebody decides so, but never early.
        if campaign.type is CampaignType.SCHEDULED and (campaign.scheduled_at or 0) > self._clock.now():
            message = "it is approved for a time that is to come: schedule it, or change its time"
            raise ConflictError(message, about=campaign)

    def _whole(self, campaign: Campaign) -> Campaign:
        """The campaign to be retried as a whole. An empty audience is evaluated anew; a decision about held members
        whose own run was never started is no reason to leave others out."""
        is_empty = campaign.targeted == 0
        if not is_empty and not campaign.only_pending:
            return campaign
        campaign.only_pending, campaign.updated_at = False, self._clock.now()
        if is_empty:
            forget_audience(campaign)
        if not self._store.save(CampaignChange(campaign)):
            raise changed_meanwhile()
        return campaign

    def _reserved(self, campaign: Campaign, by: str) -> Campaign:
        """Starts the run of a campaign whose broadcast is reserved."""
        try:
            return self._start(campaign, by, None)
        except ConflictError:
            self._broadcasts.give_back(self._campaigns.get(campaign.tenant_id, campaign.id))
            raise

    def _start(self, campaign: Campaign, by: str, reason: str | None) -> Campaign:
        epoch = campaign.version
        self._runs.start(campaign.tenant_id, campaign.id, epoch)
        move = take_charge(campaign, epoch, by=by, at=self._clock.now(), reason=reason)
        if self._store.save(CampaignChange(campaign, moves=[move])):
            return campaign
        fresh = self._campaigns.get(campaign.tenant_id, campaign.id)
        if not is_in_charge(fresh, epoch):
            raise changed_meanwhile()
        return fresh

    def _allow(self, campaign: Campaign, by: str, reason: str | None, is_admin: bool) -> None:
        if not is_admin:
            raise ForbiddenError("it paused itself for its reputation: only an admin resumes it, with a reason")
        if not (reason or "").strip():
            problem = Problem("reason", "is needed, as it paused itself for its reputation", allowed="why it may go on")
            raise InvalidError("say why this campaign may go on", problems=[problem])
        campaign.pause_cause, campaign.updated_at = None, self._clock.now()
        move = Move("allow", PAUSED, PAUSED, by, campaign.updated_at, reason)
        if not self._store.save(CampaignChange(campaign, moves=[move])):
            raise changed_meanwhile()

    def _require_sender(self, campaign: Campaign) -> None:
        self._contents.require_sender(campaign, self._contents.tenant(campaign.tenant_id))

    def _read(self, tenant_id: str, campaign_id: str, version: int | None) -> Campaign:
        campaign = self._campaigns.get(tenant_id, campaign_id)
        require_version(version, campaign.version)
        return campaign
