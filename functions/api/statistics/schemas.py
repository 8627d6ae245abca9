"""Figures of a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.next_steps.waits import Wait
from ariia.domain.statistics import Totals
from functions.api.campaigns.schemas import StatusName
from functions.api.campaigns.waits import CountedWaitView
from functions.api.gate.fields import ResponseModel, example


class RatesView(ResponseModel):
    """Shares between 0 and 1; null where there is nothing to divide by. Only opens and clicks by people count."""

    delivered: Annotated[float | None, Field(description="of those sent, bounced ones included")]
    bounced: Annotated[float | None, Field(description="of those sent, bounced ones included")]
    opened: Annotated[float | None, Field(description="of those delivered")]
    clicked: Annotated[float | None, Field(description="of those delivered")]
    complained: Annotated[float | None, Field(description="of those delivered")]
    unsubscribed: Annotated[float | None, Field(description="of those delivered")]

    @classmethod
    def of(cls, totals: Totals) -> Self:
        """The rates of these figures."""
        handed_over, delivered = totals.sent + totals.bounced, totals.delivered
        return cls(
            delivered=_share(delivered, handed_over),
            bounced=_share(totals.bounced, handed_over),
            opened=_share(totals.opened, delivered),
            clicked=_share(totals.clicked, delivered),
            complained=_share(totals.complained, delivered),
            unsubscribed=_share(totals.unsubscribed, delivered),
        )


class StatisticsView(ResponseModel):
    """Counts of members, at most a minute old: targeted = pending + sent + failed + bounced + excluded."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "campaign_id": "01k9qjz7t2n4h6p8s0v3x5y7ab",
                "status": "sent",
                "targeted": 2000,
                "pending": 0,
                "sent": 1790,
                "failed": 2,
                "bounced": 18,
                "excluded": 190,
                "delivered": 1788,
                "opened": 804,
                "clicked": 187,
                "machine_opened": 402,
                "machine_clicked": 31,
                "complained": 1,
                "unsubscribed": 9,
                "opens_untracked": 40,
                "clicks_untracked": 12,
                "waits": [],
                "excluded_by_reason": {"no_consent": 150, "duplicate_address": 25, "suppressed": 15},
                "rates": {
                    "delivered": 0.9889,
                    "bounced": 0.01,
                    "opened": 0.4497,
                    "clicked": 0.1046,
                    "complained": 0.0006,
                    "unsubscribed": 0.005,
                },
            }
        )
    )

    campaign_id: str
    status: Annotated[StatusName, Field(description="The campaign's.")]
    targeted: int
    pending: int
    sent: int
    failed: int
    bounced: int
    excluded: int
    delivered: int
    opened: int
    clicked: int
    machine_opened: int
    machine_clicked: int
    complained: int
    unsubscribed: int
    opens_untracked: Annotated[int, Field(description="Who were sent it without a way to see whether they opened it.")]
    clicks_untracked: Annotated[int, Field(description="The same for clicks.")]
    excluded_by_reason: dict[str, int]
    waits: Annotated[list[CountedWaitView], Field(description="What those who are pending wait for, and how many.")]
    rates: RatesView

    @classmethod
    def of(cls, campaign: Campaign, totals: Totals, waits: Iterable[Wait]) -> Self:
        """The view of a campaign's figures."""
        fields = {name: value for name, value in vars(totals).items() if name in cls.model_fields}
        fields |= {"campaign_id": campaign.id, "status": campaign.shown_status, "rates": RatesView.of(totals)}
        fields |= {"waits": CountedWaitView.all(waits)}
        return cls.model_validate(fields)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
