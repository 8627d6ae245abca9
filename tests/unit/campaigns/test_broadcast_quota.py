"""A campaign takes one of the plan's broadcasts when it is sent, once, and gives it back if it never is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.campaigns.findings import FindingsError
from ariia.domain.campaigns.run import take_charge
from ariia.domain.errors import ConflictError, LimitError, TransientError
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.tenants.plan import Feature, Plan
from ariia.ports.campaigns import CampaignChange
from ariia.services.campaigns.broadcast_quota import BroadcastQuota
from ariia.services.tenants.quotas import FeatureUse
from tests.doubles.campaigns import MemoryCampaigns
from tests.unit.campaigns.campaign_desk import Desk
from tests.unit.release.test_campaign_sending import Racing, finished

S = CampaignStatus


@pytest.fixture
def desk() -> Desk:
    return on_plan(Desk(), Plan.STARTER)


def on_plan(desk: Desk, plan: Plan) -> Desk:
    tenant = desk.tenants.get("gym")
    assert tenant is not None
    tenant.plan = plan
    assert desk.tenants.save(tenant)
    return desk


def broadcasts(desk: Desk) -> FeatureUse:
    return next(one for one in desk.quotas.usage("gym").features if one.feature is Feature.BROADCASTS)


def send(desk: Desk, campaign: Campaign) -> Campaign:
    return desk.campaign_sending.send("gym", campaign.id, "ben")


def test_second_broadcast_of_the_month_is_refused_and_nothing_of_it_starts(desk: Desk) -> None:
    send(desk, desk.approved())
    second = desk.approved()
    with pytest.raises(LimitError):
        send(desk, second)
    assert desk.stored(second).status is S.APPROVED
    assert len(desk.runs.started) == 1


def test_resume_and_retry_take_no_other_unit(desk: Desk) -> None:
    sending = send(desk, desk.approved())
    desk.campaign_stopping.pause("gym", sending.id, "ben")
    resumed = desk.campaign_sending.resume("gym", sending.id, "ben")
    desk.campaign_sending.retry("gym", finished(desk, resumed, S.SENT).id, "ben")
    assert broadcasts(desk).taken == 1


def test_send_that_crashed_before_its_run_started_is_repaired_by_the_repeated_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved = desk.approved()

    def crash(*_: object) -> None:
        raise TransientError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(desk.runs, "start", crash)
        with pytest.raises(TransientError):
            send(desk, approved)
    assert broadcasts(desk).reserved == 1
    assert send(desk, approved).status is S.SENDING
    assert broadcasts(desk).taken == 1


def test_edit_or_cancel_before_the_start_gives_the_unit_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancel(campaign: Campaign) -> None:
        desk.campaign_stopping.cancel("gym", campaign.id, "ben")

    def edit(campaign: Campaign) -> None:
        desk.campaign_editing.change("gym", campaign.id, "anna", {"name": "Other"}, desk.stored(campaign).version)

    def crash(*_: object) -> None:
        raise TransientError("gone")

    undo: Callable[[Campaign], None]
    for undo in (cancel, edit):
        approved = desk.approved()
        with monkeypatch.context() as patch:
            patch.setattr(desk.runs, "start", crash)
            with pytest.raises(TransientError):
                send(desk, approved)
        undo(approved)
        assert broadcasts(desk).taken == 0
    send(desk, desk.approved())


@pytest.mark.parametrize(("planned", "went_out", "taken"), [(True, True, 1), (True, None, 1), (False, None, 0)])
def test_cancel_after_the_start_gives_back_what_nobody_can_have_got(
    desk: Desk, planned: bool, went_out: bool | None, taken: int
) -> None:
    sending = send(desk, desk.approved())
    sending.planned_at, sending.went_out = 1 if planned else None, went_out
    assert desk.store.save(CampaignChange(sending))
    desk.broadcasts.settle(sending)
    desk.campaign_stopping.cancel("gym", sending.id, "ben")
    assert broadcasts(desk).taken == taken


def test_send_that_a_cancel_overtakes_gives_its_unit_back() -> None:
    store = Racing()
    desk = on_plan(Desk(store=store), Plan.STARTER)
    approved = desk.approved()
    cancelled = desk.stored(approved)
    move = cancelled.move(S.CANCELLED, action="cancel", by="anna", at=1)
    store.rival = CampaignChange(cancelled, moves=[move])
    with pytest.raises(ConflictError):
        send(desk, approved)
    assert broadcasts(desk).taken == 0


def test_send_whose_run_released_something_keeps_its_unit_even_if_it_is_cancelled_at_once() -> None:
    store: MemoryCampaigns = Racing()
    desk = on_plan(Desk(store=store), Plan.STARTER)
    approved = desk.approved()
    begun = desk.stored(approved)
    take_charge(begun, begun.version, by="system", at=1)
    begun.planned_at = 1
    store.save(CampaignChange(begun))
    desk.campaign_stopping.cancel("gym", approved.id, "ben")
    broadcast = BroadcastQuota(desk.quotas)
    broadcast.settle(desk.stored(approved))
    broadcast.give_back(desk.stored(approved))
    assert (broadcasts(desk).used, broadcasts(desk).reserved) == (0, 0), "settled in the month of 1970"
    assert desk.quotas.check("gym", Feature.BROADCASTS, approved.id, 1).used == 1


def test_campaign_that_can_not_be_sent_takes_nothing(desk: Desk) -> None:
    approved = desk.approved()
    desk.senders.domains.clear()
    with pytest.raises(FindingsError):
        send(desk, approved)
    assert broadcasts(desk).taken == 0


def test_drip_campaign_is_no_broadcast(desk: Desk) -> None:
    quota = BroadcastQuota(desk.quotas)
    drip = Campaign("d", "gym", "Drip", type="drip")  # type: ignore[arg-type]
    quota.reserve(drip, desk.clock.now())
    assert (broadcasts(desk).taken, quota.check(drip, desk.clock.now())) == (0, None)


def test_templates_of_the_plan_are_those_that_exist(desk: Desk) -> None:
    fields = {"name": "News", "body_template": "<p>Hi</p>"}
    first = desk.templates.create("gym", "anna", fields).entity
    desk.templates.create("gym", "anna", fields)
    with pytest.raises(LimitError) as refused:
        desk.templates.create("gym", "anna", fields)
    assert (refused.value.limit.used, refused.value.limit.lifted_by) == (2, "professional")
    desk.templates.delete("gym", first.id, first.version)
    desk.templates.create("gym", "anna", fields)
