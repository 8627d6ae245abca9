"""Review of a series: an approval is bound to its content, target and rule, and holds for every campaign it makes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ariia.domain.audience.target import Target
from ariia.domain.campaigns.findings import FindingsError, Moment, as_findings
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.content.checks.findings import Finding
from ariia.domain.series.recurrence import never
from ariia.domain.series.series import Series, SeriesStatus
from ariia.ports.clock import Clock
from ariia.ports.series import SeriesChange, SeriesStore
from ariia.services.audience.segment_holds import Holder
from ariia.services.campaigns.freezing import Freezer
from ariia.services.campaigns.reading import CampaignDetails
from ariia.services.preflight.gate import PreflightGate
from ariia.services.series.reading import SeriesDirectory
from ariia.services.series.starting import SeriesStarting

_S = SeriesStatus


@dataclass(frozen=True)
class SeriesSubmission:
    """A series under review, and what its author should know."""

    series: Series
    warnings: list[Finding]


class SeriesReview:
    """draft -> pending_review -> active, or back to draft with feedback."""

    def __init__(
        self,
        store: SeriesStore,
        directory: SeriesDirectory,
        freezer: Freezer,
        starting: SeriesStarting,
        gate: PreflightGate,
        clock: Clock,
    ) -> None:
        self._store, self._directory, self._freezer = store, directory, freezer
        self._starting, self._gate, self._clock = starting, gate, clock

    def submit(
        self,
        tenant_id: str,
        series_id: str,
        by: str,
        version: int | None = None,
        despite: Collection[str] = (),
    ) -> SeriesSubmission:
        """Checks the whole series and freezes it for review; from then on the lists that it names stay as they are,
        which is said as a warning. NotFoundError; ConflictError when it is no draft, `version` is stale, or a list is
        being changed; FindingsError naming everything that keeps its campaigns from being sent, but for the findings
        that the codes in `despite` accept, for each of them."""
        details = self._directory.details(tenant_id, series_id)
        series, now = details.series, self._clock.now()
        require_version(version, series.version)
        move = replace(series).move(_S.PENDING_REVIEW, action="submit", by=by, at=now)
        draft = CampaignDetails(series.draft, details.content, details.target)
        try:
            warnings = self._gate.require(draft, despite, Moment.SUBMIT, self._about_rule(series))
        except FindingsError as error:
            raise FindingsError(error.message, error.findings, about=series) from None
        frozen = self._freezer.freeze(draft, rule=series.rule)
        series.move(_S.PENDING_REVIEW, action="submit", by=by, at=now)
        series.review = series.review.submit(frozen.hash, frozen.target.segments)
        series.draft.despite = sorted(set(despite))
        self._freezer.hold(tenant_id, frozen, Holder("series", series.id, series.version))
        self._save(SeriesChange(series, frozen=frozen.stored, moves=[move]))
        return SeriesSubmission(series, [*warnings, *_fixed_lists(frozen.target)])

    def _about_rule(self, series: Series) -> list[Finding]:
        if series.first_behind(self._clock.now()) is not None:
            return []
        return as_findings("rule", never(series.rule, "has no occurrence that is to come"))

    def approve(self, tenant_id: str, series_id: str, by: str, reviewed_hash: str, reason: str | None = None) -> Series:
        """Approves what `reviewed_hash` names, for every occurrence from now on. NotFoundError; ConflictError when the
        series is not under review, or something else than what was reviewed is; InvalidError when none is left."""
        series, now = self._directory.get(tenant_id, series_id), self._clock.now()
        series.require(series.status is _S.PENDING_REVIEW, "approved")
        move = series.move(_S.ACTIVE, action="approve", by=by, at=now, reason=reason)
        series.review = series.review.approve(reviewed_hash, by, now, series)
        return self._starting.start(series, move)

    def reject(self, tenant_id: str, series_id: str, by: str, feedback: str) -> Series:
        """Sends it back to its author with the reason. NotFoundError; ConflictError when it is not under review."""
        series = self._directory.get(tenant_id, series_id)
        series.require(series.status is _S.PENDING_REVIEW, "rejected")
        move = series.move(_S.DRAFT, action="reject", by=by, at=self._clock.now(), reason=feedback)
        series.review = series.review.reject(feedback)
        self._save(SeriesChange(series, moves=[move]))
        return series

    def resume(
        self, tenant_id: str, series_id: str, by: str, reason: str | None = None, version: int | None = None
    ) -> Series:
        """Goes on with a paused series, from the first occurrence that is to come; its approval still holds.
        NotFoundError; ConflictError when it is not paused; InvalidError when no occurrence is left."""
        series = self._directory.get(tenant_id, series_id)
        require_version(version, series.version)
        series.require(series.status is _S.PAUSED, "resumed, as it is not paused")
        move = series.move(_S.ACTIVE, action="resume", by=by, at=self._clock.now(), reason=reason)
        return self._starting.start(series, move)

    def _save(self, change: SeriesChange) -> None:
        if not self._store.save(change):
            raise changed_meanwhile()


def _fixed_lists(target: Target) -> list[Finding]:
    """A list that is kept up to date elsewhere can't be, and its maintainer is to know before they are refused."""
    return [
        Finding(
            "fixed_list",
            "warning",
            f"the list '{copy.name}' can't be changed while the series runs; for members who come and go, use a tag",
            field="target_filter_json",
        )
        for copy in target.segments.values()
        if not copy.is_dynamic
    ]
