"""Review: what was submitted is frozen, and an approval is bound to exactly that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import Moment, as_findings
from ariia.domain.campaigns.timing import require_in_time
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.content.checks.findings import Finding
from ariia.domain.content.content import Content
from ariia.domain.documents import encode, fingerprint
from ariia.domain.errors import ConflictError, InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.ports.campaigns import CampaignChange, CampaignStore
from ariia.ports.clock import Clock
from ariia.services.audience.segment_holds import Holder, SegmentHolds
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.preflight_check import PreflightCheck
from ariia.services.campaigns.reading import CampaignDetails, Campaigns
from ariia.services.campaigns.targets import Targets


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
        contents: CampaignContents,
        targets: Targets,
        holds: SegmentHolds,
        gate: PreflightCheck,
        clock: Clock,
    ) -> None:
        self._targets, self._holds, self._gate = targets, holds, gate
        self._store, self._contents, self._clock = store, contents, clock
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
        target = self._targets.frozen(campaign, details.target)
        content = self._contents.freeze(campaign, details.content)
        submitted = review_hash(campaign, content, target)
        campaign.move(CampaignStatus.PENDING_REVIEW, action="submit", by=by, at=move.at)
        campaign.submitted_hash, campaign.feedback, campaign.despite = submitted, None, sorted(set(despite))
        campaign.segment_ids = list(target.segments)
        self._holds.hold(tenant_id, target.segments, Holder("campaign", campaign.id, campaign.version))
        if not self._store.save(CampaignChange(campaign, frozen=(submitted, content, target), moves=[move])):
            raise changed_meanwhile()
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
            self._targets.frozen(details.campaign, details.target)
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
        if campaign.submitted_hash != reviewed_hash:
            raise ConflictError("what is submitted now is not what was reviewed; read it again", about=campaign)
        campaign.approved_hash, campaign.approved_by = reviewed_hash, by
        return self._save(CampaignChange(campaign, moves=[move]))

    def reject(self, tenant_id: str, campaign_id: str, by: str, feedback: str) -> Campaign:
        """Sends it back to its author with the reason. NotFoundError; ConflictError when it is not under review."""
        campaign = self._campaigns.get(tenant_id, campaign_id)
        campaign.require(campaign.status is CampaignStatus.PENDING_REVIEW, "rejected")
        move = campaign.move(CampaignStatus.DRAFT, action="reject", by=by, at=self._clock.now(), reason=feedback)
        campaign.submitted_hash, campaign.feedback, campaign.segment_ids = None, feedback, []
        return self._save(CampaignChange(campaign, moves=[move]))

    def _save(self, change: CampaignChange) -> Campaign:
        if not self._store.save(change):
            raise changed_meanwhile()
        return change.campaign


def review_hash(campaign: Campaign, content: Content, target: Target) -> str:
    """SHA-256 over everything that decides what is sent, to whom, how and when."""
    return fingerprint(
        {
            "name": campaign.name,
            "type": campaign.type,
            "channel": campaign.channel,
            "scheduled_at": campaign.scheduled_at,
            "local": [campaign.scheduled_local, campaign.scheduled_timezone, campaign.member_local_time],
            "late": [campaign.late_members, encode(campaign.misfire)],
            "target_type": campaign.target_type,
            "target": encode(target),
            "follow_up": [campaign.follow_up_of, campaign.follow_up_condition, campaign.follow_up_after_hours],
            "content": encode(content),
            "one_per_address": campaign.one_per_address,
            "track": [campaign.track_opens, campaign.track_clicks],
        }
    )
