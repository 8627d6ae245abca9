"""What a preflight answers: the count, what follows from it, and everything that is wrong or doubtful."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.audience.count_job import CountedAudience
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import EMPTY_AUDIENCE, MISSING_VALUE
from ariia.domain.content.checks.findings import Finding
from ariia.domain.preflight.arithmetic import Duration
from ariia.domain.preflight.job import PreflightJob, PreflightStatus
from ariia.domain.preflight.prices import Cost
from ariia.domain.tenants.tenant import Tenant
from ariia.services.preflight.outlook import Outlook, PlanAnswer, SendOutlook

# A job that is not done by then hardly will be: its shards are among the dead letters.
GIVES_UP_AFTER_MS = 60 * 60_000


@dataclass(frozen=True)
class PreflightReport:
    """The latest answer. `counted` and `outlook` are None while it is running; `plan` is where the campaign takes
    nothing of it. `is_current`: the campaign is still what was counted."""

    campaign_id: str
    status: PreflightStatus
    created_at: int
    age_ms: int
    is_current: bool
    shards_done: int
    shards: int
    counted: CountedAudience | None
    plan: PlanAnswer | None
    outlook: Outlook | None
    findings: list[Finding]

    @property
    def cost(self) -> Cost | None:
        """What it costs; None while it is running."""
        return self.outlook.cost if self.outlook else None

    @property
    def duration(self) -> Duration | None:
        """How long it takes; None while it is running, and where that is not known."""
        return self.outlook.duration if self.outlook else None

    @property
    def errors(self) -> int:
        """Findings that keep it from being sent, or members from getting it."""
        return sum(one.severity == "error" for one in self.findings)


def report_of(
    preflight: PreflightJob,
    campaign: Campaign,
    tenant: Tenant,
    outlook: SendOutlook,
    *,
    now: int,
    done: int,
    is_current: bool,
) -> PreflightReport:
    """The report at `now` (epoch ms) of a preflight of which `done` shards are counted."""
    counted = preflight.counted
    plan, findings = outlook.plan(campaign, tenant)
    findings += [*preflight.findings, *outlook.account(campaign, counted.will_get if counted else 0)]
    ahead = outlook.of(campaign, counted.will_get, tenant) if counted is not None else None
    if counted is not None and ahead is not None:
        findings += [*_about_members(counted), *ahead.findings]
    return PreflightReport(
        campaign_id=preflight.campaign_id,
        status=status_of(preflight, now),
        created_at=preflight.created_at,
        age_ms=now - preflight.created_at,
        is_current=is_current,
        shards_done=preflight.shards if counted else done,
        shards=preflight.shards,
        counted=counted,
        plan=plan,
        outlook=ahead,
        findings=sorted(findings, key=lambda one: one.severity != "error"),
    )


def status_of(preflight: PreflightJob, now: int) -> PreflightStatus:
    """Whether the audience is counted; one that is not after an hour hardly will be."""
    if preflight.counted is not None:
        return PreflightStatus.FINISHED
    given_up = now - preflight.created_at > GIVES_UP_AFTER_MS
    return PreflightStatus.FAILED if given_up else PreflightStatus.RUNNING


def _about_members(counted: CountedAudience) -> list[Finding]:
    findings = [
        Finding(MISSING_VALUE, "error", f"{number} members have no value for the variable '{name}'", field=name)
        for name, number in sorted(counted.missing.items())
    ]
    if not counted.will_get:
        words = "nobody would get this message"
        findings.append(Finding(EMPTY_AUDIENCE, "error", words, field="target_filter_json"))
    return findings
