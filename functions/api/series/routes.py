"""Series: made, read, edited."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ariia.domain.series.series import Series
from functions.api.campaigns.shown import shown
from functions.api.campaigns.views import CampaignSummary, MoveView
from functions.api.gate import places
from functions.api.gate.actions import SERIES, allowed
from functions.api.gate.answers import created, found
from functions.api.gate.auth import Caller, Permission
from functions.api.gate.dependencies import CurrentCaller, IdempotencyKey, IfMatch, Services
from functions.api.gate.idempotency import creation
from functions.api.gate.paging import DEFAULT_LIMIT, Cursor, CursorScope, Limit, Page
from functions.api.gate.routing import Routes
from functions.api.gate.versions import expected_version
from functions.api.series.schemas import SeriesChange, SeriesDraft, SeriesStatusName, series_status_of
from functions.api.series.views import OccurrenceView, SeriesSummary, SeriesView

routes = Routes("Series")
_PATH = "/v1/series"


@routes.post(_PATH, Permission.DRAFT, "Create a series", status=201)
def create_series(
    series: SeriesDraft, caller: CurrentCaller, services: Services, key: IdempotencyKey = None
) -> Response[SeriesView]:
    """Creates a draft. Content and target are checked as far as they go; a rule that never comes, comes more often than
    once a day or is not understood is refused (422)."""
    repeatable = creation(caller, _PATH, key, series.model_dump(mode="json", exclude_unset=True))
    rule = series.rule.rule()
    made = services.series_editing.create(caller.tenant_id, caller.subject, series.fields(), rule, repeatable)
    view = SeriesView.of_details(made.entity, _actions(caller, made.entity.series))
    return created(view, f"{_PATH}/{view.id}", view.version, replayed=made.replayed)


@routes.get(_PATH, Permission.READ, "List series")
def list_series(
    caller: CurrentCaller,
    services: Services,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[SeriesStatusName | None, Query(description="Only series in this status.")] = None,
) -> Response[Page[SeriesSummary]]:
    """Newest first. With `status`, a page may hold fewer than `limit` although `next_cursor` leads on."""
    scope = CursorScope(caller.tenant_id, f"series?status={status}", places.ID)
    page = services.series.page(caller.tenant_id, limit, scope.after(cursor), series_status_of(status))
    items = [SeriesSummary.of(one, _actions(caller, one)) for one in page.series]
    return found(Page(items=items, next_cursor=scope.cursor(page.after)))


@routes.get(f"{_PATH}/<series_id>", Permission.READ, "Read a series")
def read_series(series_id: str, caller: CurrentCaller, services: Services) -> Response[SeriesView]:
    """The series with its draft content and target, and what comes next."""
    details = services.series.details(caller.tenant_id, series_id)
    return found(SeriesView.of_details(details, _actions(caller, details.series)), details.series.version)


@routes.patch(f"{_PATH}/<series_id>", Permission.DRAFT, "Edit a series", problems=(409, 428))
def edit_series(
    series_id: str, change: SeriesChange, caller: CurrentCaller, services: Services, if_match: IfMatch = None
) -> Response[SeriesView]:
    """Changes the fields that are sent. An edit of what was submitted or approved makes it a draft again: the approval
    is revoked, no more campaigns are made, and the one that waits is cancelled."""
    version = expected_version(if_match, change.version)
    rule = change.rule.rule() if change.rule else None
    editing = services.series_editing
    details = editing.change(caller.tenant_id, series_id, caller.subject, change.fields(), version, rule)
    return found(SeriesView.of_details(details, _actions(caller, details.series)), details.series.version)


@routes.get(f"{_PATH}/<series_id>/occurrences", Permission.READ, "List what a series' rule means")
def list_occurrences(
    series_id: str, caller: CurrentCaller, services: Services, limit: Limit = 10, cursor: Cursor = None
) -> Response[Page[OccurrenceView]]:
    """The occurrences to come, in order, whether the series is approved or not."""
    scope = CursorScope(caller.tenant_id, f"series/{series_id}/occurrences", places.occurrence)
    items = services.series.occurrences(caller.tenant_id, series_id, limit, scope.after(cursor))
    after = items[-1].local if len(items) == limit else None
    return found(Page(items=[OccurrenceView.of(one) for one in items], next_cursor=scope.cursor(after)))


@routes.get(f"{_PATH}/<series_id>/campaigns", Permission.READ, "List the campaigns of a series")
def list_series_campaigns(
    series_id: str, caller: CurrentCaller, services: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response[Page[CampaignSummary]]:
    """Those that it made, with their figures, newest first."""
    scope = CursorScope(caller.tenant_id, f"series/{series_id}/campaigns", places.CAMPAIGN)
    campaigns, after = services.series.campaigns(caller.tenant_id, series_id, limit, scope.after(cursor))
    items = [CampaignSummary.of(one, shown(services, caller, one)) for one in campaigns]
    return found(Page(items=items, next_cursor=scope.cursor(after)))


@routes.get(f"{_PATH}/<series_id>/history", Permission.READ, "Read a series' history")
def list_series_history(series_id: str, caller: CurrentCaller, services: Services) -> Response[Page[MoveView]]:
    """Every move, and every occurrence that got no campaign, with who, when and why, oldest first, all on one page."""
    moves = services.series.history(caller.tenant_id, series_id)
    return found(Page(items=[MoveView.of(move) for move in moves]))


def _actions(caller: Caller, series: Series) -> list[str]:
    return allowed(series.open_actions(), SERIES, caller)
