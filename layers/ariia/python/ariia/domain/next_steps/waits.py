"""Of everything that waits: for what, and until when, as far as anybody can say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.consent.refusal import ExclusionReason
from ariia.domain.ledger.batch import Batch, Entry, EntryState
from ariia.domain.ledger.containers import DispatchKind
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.ledger.put_off import PutOff
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.statistics import LaneFigures, Totals
from ariia.domain.wait_cause import WaitCause

_C, _S = WaitCause, CampaignStatus


@dataclass(frozen=True)
class Wait:
    """`until` (epoch ms): the first instant at which it may go on; None = not known. `count` members wait for this,
    where it is about several. `reason` in words, where somebody gave one."""

    cause: WaitCause
    until: int | None = None
    count: int | None = None
    reason: str | None = None


def wait_of_recipient(campaign: Dispatch, batch: Batch, entry: Entry, now: int) -> Wait | None:
    """What this member of a campaign (or of a single message's container) waits for; None for one who does not."""
    if entry.state is EntryState.EXCLUDED and entry.detail == ExclusionReason.NEEDS_DECISION:
        return Wait(_C.DECISION)
    if entry.state is not EntryState.PENDING:
        return None
    if batch.claim is not None and entry in batch.claimed:
        in_flight = now < batch.claim.lease_until
        return Wait(_C.IN_FLIGHT, batch.claim.lease_until) if in_flight else Wait(_C.UNKNOWN_OUTCOME)
    if campaign.status is _S.CANCELLED:
        return None
    return _whole(campaign) or _lane(campaign, batch.key.lane, now) or _own(entry, now) or Wait(_C.RATE)


def waits_of_campaign(campaign: Campaign, totals: Totals, now: int) -> list[Wait]:
    """What the campaign waits for, or its members do with how many of them; the figures are a minute old at most."""
    found = list(_before_sending(campaign))
    held = totals.excluded_by_reason.get(ExclusionReason.NEEDS_DECISION, 0)
    if held:
        found.append(Wait(_C.DECISION, count=held))
    if campaign.status is _S.SENDING:
        found += _while_sending(campaign, totals, now)
    return found


def _before_sending(campaign: Campaign) -> Iterator[Wait]:
    if campaign.status is _S.PENDING_REVIEW:
        yield Wait(_C.REVIEW)
    if campaign.status is _S.SCHEDULED:
        yield Wait(_C.TIME, campaign.follow_up_due_at or campaign.scheduled_at)
    if campaign.status is _S.APPROVED and campaign.failure_reason:
        yield Wait(_C.DECISION, reason=campaign.failure_reason)


def _while_sending(campaign: Campaign, totals: Totals, now: int) -> list[Wait]:
    whole = _whole(campaign)
    if campaign.planned_at is None:
        return [whole or Wait(_C.PLANNING)]
    left, found = totals.pending, dict[WaitCause, Wait]()
    for wait in [*_unknown(campaign), *(_by_lane(campaign, totals, now) if whole is None else ())]:
        count = min(left, wait.count or 0)
        if count:
            found[wait.cause] = _together(found.get(wait.cause), replace(wait, count=count))
            left -= count
    # Those of a paused campaign wait for that even when nobody is left to be told about.
    rest = [replace(whole or Wait(_C.RATE), count=left)] if left or whole else []
    return [*found.values(), *rest]


def _together(known: Wait | None, more: Wait) -> Wait:
    if known is None:
        return more
    until = min(known.until or 0, more.until or 0) or None
    return Wait(more.cause, until, (known.count or 0) + (more.count or 0))


def _unknown(campaign: Campaign) -> Iterator[Wait]:
    if campaign.unknown_outcomes:
        yield Wait(_C.UNKNOWN_OUTCOME, count=campaign.unknown_outcomes)


def _by_lane(campaign: Campaign, totals: Totals, now: int) -> Iterator[Wait]:
    for lane in campaign.lanes:
        figures = totals.lanes.get(lane.id, LaneFigures())
        closed = _lane(campaign, lane.id, now)
        if closed is not None:
            yield Wait(closed.cause, closed.until, figures.pending)
            continue
        for cause, until, count in figures.put_off:
            if until > now:
                yield Wait(WaitCause(cause), until, count)


def _whole(campaign: Dispatch) -> Wait | None:
    """What everybody of it waits for who is not in flight."""
    if campaign.status is not _S.SENDING:
        return Wait(_C.SENDING)
    is_single = campaign.kind is not DispatchKind.CAMPAIGN
    if campaign.paused_at is not None:
        return Wait(_C.PROVIDER if is_single else _C.PAUSE, reason=campaign.pause_reason)
    if not is_single and (campaign.planned_at is None or campaign.reopen_epoch is not None):
        return Wait(_C.PLANNING)
    if campaign.parked_reason is not None:
        cause = _C.ACCOUNT_QUOTA if campaign.parked_until is not None else _C.ACCOUNT
        return Wait(cause, campaign.parked_until, reason=campaign.parked_reason)
    return None


def _lane(campaign: Dispatch, lane_id: str, now: int) -> Wait | None:
    opens_at = campaign.lane_opening(lane_id, now)
    if opens_at is None or opens_at <= now:
        return None
    wave = next(campaign.wave_of(one) for one in campaign.lanes if one.id == lane_id)
    return Wait(_C.WAVE if (wave.not_before or 0) > now else _C.QUIET_HOURS, opens_at)


def _own(entry: Entry, now: int) -> Wait | None:
    put_off = PutOff.of(entry.detail)
    return Wait(put_off.cause, entry.at) if put_off is not None and entry.at > now else None
