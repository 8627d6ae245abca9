"""Review: what was submitted is frozen, and an approval is bound to exactly that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import Moment, as_findings
from ariia.domain.campaigns.timing import require_in_time
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.content.checks.findings import Finding
from ariia.domain.errors import InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.services.audience.segment_holds import Holder
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.preflight_check import PreflightCheck
from ariia.services.campaigns.reading import CampaignDetails, Campaigns


@dataclass(frozen=True)
class Submission:
    """A campaign under review, and what its author should know."""

    campaign: Campaign
    warnings: list[Finding]


class CampaignReview:
    """draft -> pending_review -> approved, or back to draft with feedback."""

    def __init__(
        self,
        store: CampaignStore,
        freezer: Freezer,
        gate: PreflightCheck,
        clock: Clock,
    ) -> None:
        self._store, self._freezer, self._gate, self._clock = store, freezer, gate, clock
        self._campaigns = Campaigns(store)

    def submit(
        self,
        tenant_id: str,
        campaign_id: str,
        by: str,
        version: int | None = None,
        despite: Collection[str] = (),
    ) -> Submission:
        """Checks the whole campaign and freezes it for review; from then on the lists that it names stay as they are.
        NotFoundError; ConflictError when it is no draft, `version` is stale, or a list is being changed; FindingsError
        naming everything that keeps it from being sent, but for the findings that the codes in `despite` accept."""
        details = self._campaigns.details(tenant_id, campaign_id)
        campaign = details.campaign
        require_version(version, campaign.version)
        move = replace(campaign).move(CampaignStatus.PENDING_REVIEW, action="submit", by=by, at=self._clock.now())
        warnings = self._gate.require(details, despite, Moment.SUBMIT, self._about_the_rest(details))
        frozen = self._freezer.freeze(details)
        campaign.move(CampaignStatus.PENDING_REVIEW, action="submit", by=by, at=move.at)
        campaign.review = campaign.review.submit(frozen.hash, frozen.target.segments)
        campaign.despite = sorted(set(despite))
        self._freezer.hold(tenant_id, frozen, Holder("campaign", campaign.id, campaign.version))
        self._save(CampaignChange(campaign, frozen=frozen.stored, moves=[move]))
        return Submission(campaign, warnings)

    def _about_the_rest(self, details: CampaignDetails) -> list[Finding]:
        """What is wrong with the time of a scheduled one, and with what the target names."""
        findings = []
        try:
            if details.campaign.type is CampaignType.SCHEDULED:
                require_in_time(details.campaign, self._clock.now())
        except InvalidError as error:
            findings += as_findings("time", error)
        try:
            self._freezer.require_target(details)
        except InvalidError as error:
            findings += as_findings("target", error)
        return findings

    def approve(
        self, tenant_id: str, campaign_id: str, by: str, reviewed_hash: str, reason: str | None = None
    ) -> Campaign:
        """Approves what `reviewed_hash` names. NotFoundError; ConflictError when the campaign is not under review, or
        something else than what was reviewed is."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        campaign.require(campaign.status is CampaignStatus.PENDING_REVIEW, "approved")
        move = campaign.move(CampaignStatus.APPROVED, action="approve", by=by, at=self._clock.now(), reason=reason)
        campaign.review = campaign.review.approve(reviewed_hash, by, move.at, campaign)
        return self._save(CampaignChange(campaign, moves=[move]))

    def reject(self, tenant_id: str, campaign_id: str, by: str, feedback: str) -> Campaign:
        """Sends it back to its author with the reason. NotFoundError; ConflictError when it is not under review."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        campaign.require(campaign.status is CampaignStatus.PENDING_REVIEW, "rejected")
        move = campaign.move(CampaignStatus.DRAFT, action="reject", by=by, at=self._clock.now(), reason=feedback)
        campaign.review = campaign.review.reject(feedback)
        return self._save(CampaignChange(campaign, moves=[move]))

    def _save(self, change: CampaignChange) -> Campaign:
        if not self._store.save(change):
            raise changed_meanwhile()
        return change.campaign
