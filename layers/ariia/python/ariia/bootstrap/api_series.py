"""The API's services around series."""

from __future__ import annotations

from typing import Any

from ariia.adapters.clock import RandomIds, SystemClock
from ariia.adapters.dynamodb.campaigns import DynamoCampaigns
from ariia.adapters.dynamodb.series import DynamoSeries
from ariia.services.broadcast_quota import BroadcastQuota
from ariia.services.campaign_contents import CampaignContents
from ariia.services.campaign_drafts import CampaignDrafts
from ariia.services.campaign_scheduling import CampaignScheduling
from ariia.services.campaign_sending import CampaignSending
from ariia.services.series import SeriesDirectory
from ariia.services.series_editing import SeriesEditing
from ariia.services.series_review import SeriesReview
from ariia.services.series_starting import SeriesStarting
from ariia.services.series_stopping import SeriesStopping
from ariia.services.targets import Targets
from ariia.settings import ApiSettings

from .series import series_runs, series_waking


def series_services(
    settings: ApiSettings,
    contents: CampaignContents,
    targets: Targets,
    drafts: CampaignDrafts,
    broadcasts: BroadcastQuota,
    scheduling: CampaignScheduling,
    sending: CampaignSending,
) -> dict[str, Any]:
    """By their names among the API's services."""
    store, clock = DynamoSeries(), SystemClock()
    waking, runs = series_waking(settings, clock), series_runs(settings, broadcasts, clock)
    directory = SeriesDirectory(store, DynamoCampaigns(), clock)
    stopping = SeriesStopping(store, directory, waking, scheduling, sending, broadcasts, clock)
    starting = SeriesStarting(store, waking, stopping, runs, clock)
    return {
        "series": directory,
        "series_editing": SeriesEditing(store, directory, drafts, contents, stopping, clock, RandomIds(clock)),
        "series_review": SeriesReview(store, directory, contents, targets, starting, clock),
        "series_stopping": stopping,
    }
