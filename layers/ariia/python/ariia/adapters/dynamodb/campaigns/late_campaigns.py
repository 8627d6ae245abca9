"""Campaigns for a function that hardly ever writes one: the store and its library load at the first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns


class LateCampaigns:
    """A CampaignStore that becomes one when it is needed."""

    def __init__(self, table_prefix: str) -> None:
        self._table_prefix = table_prefix

    @cached_property
    def _store(self) -> DynamoCampaigns:
        from ariia.adapters.dynamodb import models
        from ariia.adapters.dynamodb.campaigns.campaigns import DynamoCampaigns

        models.use_prefix(self._table_prefix)
        return DynamoCampaigns()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
