"""What may be done with a campaign as it stands, by the names of the API's operations. Who may do it is not decided
here, with one exception: what paused itself for its reputation is resumed by an admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ariia.domain.campaigns.actions import may_edit
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.timing import require_in_time
from ariia.domain.errors import InvalidError
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.domain.statistics import Totals

_S = CampaignStatus
NEEDS_DECISION = "needs_decision"


@dataclass(frozen=True)
class OpenAction:
    """An operation that the campaign's state allows; `admin_only`: to admins alone."""

    name: str
    admin_only: bool = False


def open_actions(campaign: Campaign, totals: Totals, *, now: int, due_at: int | None) -> list[OpenAction]:
    """Everything that the campaign's status, type and time allow at `now` (epoch ms). `due_at` is from when on a
    follow_up may be sent (0 for other types, None = not known yet); `totals` say whether there is anybody to retry."""
    names = [*_review(campaign), *_start(campaign, now, due_at), *_stop(campaign)]
    if may_retry(campaign, totals):
        names.append(OpenAction("retry"))
    if campaign.planned_at is not None and totals.excluded_by_reason.get(NEEDS_DECISION):
        names.append(OpenAction("decide"))
    if campaign.status not in (_S.SENT, _S.CANCELLED):
        names.append(OpenAction("cancel"))
    return names


def may_retry(campaign: Campaign, totals: Totals) -> bool:
    """True when it is over and somebody was not sent it who may be: their message failed, or was never tried. Figures
    that are behind leave somebody waiting, which counts."""
    is_unplanned = campaign.status is _S.FAILED and not campaign.targeted
    return is_unplanned or (campaign.status in (_S.FAILED, _S.SENT) and totals.failed + totals.pending > 0)


def _review(campaign: Campaign) -> Iterator[OpenAction]:
    if may_edit(campaign):
        yield OpenAction("edit")
    if campaign.status is _S.DRAFT:
        yield OpenAction("submit")
    if campaign.status is _S.PENDING_REVIEW:
        yield OpenAction("approve")
        yield OpenAction("reject")


def _start(campaign: Campaign, now: int, due_at: int | None) -> Iterator[OpenAction]:
    if campaign.status is _S.APPROVED and _may_be_scheduled(campaign, now, due_at):
        yield OpenAction("schedule")
    if campaign.status is _S.SCHEDULED:
        yield OpenAction("unschedule")
    if campaign.status in (_S.APPROVED, _S.SCHEDULED) and _is_due(campaign, now, due_at):
        yield OpenAction("send")


def _stop(campaign: Campaign) -> Iterator[OpenAction]:
    if campaign.is_sendable:
        yield OpenAction("pause")
    if campaign.is_paused:
        yield OpenAction("resume", admin_only=campaign.pause_cause == PauseCause.REPUTATION)


def _is_due(campaign: Campaign, now: int, due_at: int | None) -> bool:
    is_early = campaign.type is CampaignType.SCHEDULED and (campaign.scheduled_at or 0) > now
    return due_at is not None and due_at <= now and not is_early


def _may_be_scheduled(campaign: Campaign, now: int, due_at: int | None) -> bool:
    if campaign.type is CampaignType.FOLLOW_UP:
        return due_at is not None and due_at > now
    if campaign.type is not CampaignType.SCHEDULED:
        return False
    try:
        require_in_time(campaign, now)
    except InvalidError:
        return False
    return True
