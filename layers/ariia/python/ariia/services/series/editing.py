"""Making and editing series. What they hold of a campaign is applied and judged like any campaign's draft."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from ariia.domain.campaigns.campaign import Campaign, Move
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.series.recurrence import CalendarRule, never, require_rule
from ariia.domain.series.series import Series, SeriesStatus
from ariia.ports.clock import Clock, Ids
from ariia.ports.series import SeriesChange, SeriesStore
from ariia.services.campaigns.contents import CampaignContents
from ariia.services.campaigns.drafts import CampaignDrafts
from ariia.services.campaigns.reading import CampaignDetails
from ariia.services.series.reading import SeriesDetails, SeriesDirectory
from ariia.services.series.stopping import SeriesStopping

_S = SeriesStatus


class SeriesEditing:
    """Creates drafts and changes them. An edit of what was submitted or approved makes it a draft again: no more
    campaigns are made, and the one that waits is withdrawn."""

    def __init__(
        self,
        store: SeriesStore,
        directory: SeriesDirectory,
        drafts: CampaignDrafts,
        contents: CampaignContents,
        stopping: SeriesStopping,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store, self._directory, self._stopping = store, directory, stopping
        self._drafts, self._contents, self._clock, self._ids = drafts, contents, clock, ids

    def create(
        self,
        tenant_id: str,
        by: str,
        fields: Mapping[str, Any],
        rule: CalendarRule,
        creation: Creation | None = None,
    ) -> Created[SeriesDetails]:
        """A new draft of `fields` (those of a campaign) that recurs by `rule`. InvalidError for wrong fields, a rule
        that is none or has no occurrence to come, or when the key of `creation` was used for another series."""
        earlier = self._earlier(tenant_id, creation)
        if earlier is not None:
            return earlier
        details = self._new(tenant_id, by, fields, rule, creation)
        move = Move("create", "", details.series.status, by, details.series.created_at)
        change = SeriesChange(details.series, details.content, details.target, moves=[move])
        if self._store.create(change, creation.id if creation else None):
            return Created(details, replayed=False)
        raced = self._earlier(tenant_id, creation)
        if raced is None:
            raise changed_meanwhile()
        return raced

    def change(
        self,
        tenant_id: str,
        series_id: str,
        by: str,
        fields: Mapping[str, Any],
        version: int,
        rule: CalendarRule | None = None,
    ) -> SeriesDetails:
        """The series with `fields` and, where one is given, `rule` applied. NotFoundError; ConflictError when `version`
        is not the stored one or the series has ended; InvalidError. What changes nothing is not an edit."""
        details = self._directory.details(tenant_id, series_id)
        require_version(version, details.series.version)
        details.series.require(details.series.status is not _S.ENDED, "edited")
        before = deepcopy(details)
        self._drafts.change(CampaignDetails(details.series.draft, details.content, details.target), fields)
        if rule is not None:
            self._set_rule(details.series, rule)
        if details != before:
            self._save(details, before.series, by)
        return details

    def _save(self, details: SeriesDetails, before: Series, by: str) -> None:
        series, now = details.series, self._clock.now()
        moves = [series.move(_S.DRAFT, action="edit", by=by, at=now)] if series.status is not _S.DRAFT else []
        series.review, series.draft.despite, series.updated_at = series.review.revoke(), [], now
        self._stopping.begin(series)
        if not self._store.save(SeriesChange(series, details.content, details.target, moves=moves)):
            raise changed_meanwhile()
        self._stopping.finish(series, before, by, "the series was edited")

    def _earlier(self, tenant_id: str, creation: Creation | None) -> Created[SeriesDetails] | None:
        claimed = self._store.claimed(tenant_id, creation.id) if creation else None
        if claimed is None:
            return None
        details = self._directory.details(tenant_id, claimed)
        require_same(creation, details.series.idempotency_fingerprint)
        return Created(details, replayed=True)

    def _new(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], rule: CalendarRule, creation: Creation | None
    ) -> SeriesDetails:
        series_id, now = self._ids.new(), self._clock.now()
        draft = Campaign(series_id, tenant_id, "", CampaignType.SCHEDULED, created_by=by)
        series = Series(
            series_id,
            tenant_id,
            draft,
            rule,
            created_by=by,
            created_at=now,
            updated_at=now,
            idempotency_fingerprint=creation.fingerprint if creation else None,
        )
        made = self._drafts.new(draft, fields)
        self._set_rule(series, rule)
        return SeriesDetails(series, made.content, made.target)

    def _set_rule(self, series: Series, rule: CalendarRule) -> None:
        zone = rule.timezone or self._contents.tenant(series.tenant_id).timezone
        series.rule = replace(rule, timezone=zone)
        require_rule(series.rule, self._clock.now())
        if series.first_behind(self._clock.now()) is None:
            raise never(series.rule, "has no occurrence that is to come")
