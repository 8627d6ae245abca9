"""Campaigns, series and follow-ups in every state that they can be in, behind the API, each on a desk of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ariia.domain.audience.target import TargetType
from ariia.domain.campaigns.campaign import Campaign
from ariia.domain.errors import UnknownOutcomeError
from ariia.domain.instants import iso
from ariia.domain.ledger.dispatch import CampaignType
from ariia.domain.ledger.status import CampaignStatus
from ariia.domain.pause_cause import PauseCause
from ariia.ports.ledger.sending import EntryOutcome, Refused, SendCall
from ariia.services.recipients import Recipients
from ariia.services.release.held_members import HeldMembers
from functions.api.campaigns import action_routes as campaign_actions
from functions.api.campaigns import routes as campaigns
from functions.api.follow_ups import routes as follow_ups
from functions.api.gate import dependencies
from functions.api.gate.application import Application
from functions.api.gate.auth import Role
from functions.api.gate.routing import RouteTable
from functions.api.held_members import routes as held_members
from functions.api.series import action_routes as series_actions
from functions.api.series import routes as series
from functions.api.statistics import routes as statistics
from tests.builders import TENANT
from tests.doubles.clock import ManualClock
from tests.unit.campaigns.campaign_clients import SETTINGS
from tests.unit.follow_ups.follow_up_desk import FollowUpDesk
from tests.unit.gate.http import Answered, Client, claims
from tests.unit.sending.sending_desk import SendingDesk
from tests.unit.series.series_desk import SeriesDesk

_ROUTES = (campaign_actions, campaigns, follow_ups, held_members, series, series_actions, statistics)
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Api:
    """The API as it serves one thing."""

    services: Any
    tenant: str
    path: str
    clock: ManualClock

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[1]

    def client(self, role: Role) -> Client:
        operations = [one for module in _ROUTES for one in module.routes.operations]
        application = Application(RouteTable(operations), lambda: SETTINGS)
        application.resolver.dependency_overrides[dependencies.services] = lambda: self.services
        return Client(application.answer, claims(self.tenant, role, "ben"))

    def read(self, role: Role) -> dict[str, Any]:
        """The thing as this role sees it."""
        answered = self.client(role).get(self.path)
        assert answered.status == 200, answered.body
        shown: dict[str, Any] = answered.body
        return shown

    def act(self, role: Role, name: str) -> Answered:
        """The operation `name`, with what it needs."""
        shown, client = self.read(role), self.client(role)
        if name == "edit":
            change = {"reason": "Other"} if "/follow-ups/" in self.path else {"name": "Other"}
            return client.patch(self.path, change | {"version": shown["version"]})
        place = "decisions" if name == "decide" and "/campaigns/" in self.path else name
        return client.post(f"{self.path}/{place}", self._body(name, shown))

    def _body(self, name: str, shown: dict[str, Any]) -> dict[str, Any]:
        if name == "decide" and "/campaigns/" in self.path:
            return {"decision": "give_up", "member_ids": ["m000", "m001", "m002"]}
        if name == "decide":
            return {"decision": "send"}
        if name == "approve":
            return {"submitted_hash": shown["submitted_hash"] or "0" * 64}
        return {"reject": {"feedback": "No"}, "resume": {"reason": "It is mended"}}.get(name, {})


def _campaign(desk: SendingDesk, campaign: Campaign) -> Api:
    world = desk.world
    services = SimpleNamespace(
        campaigns=desk.campaigns,
        campaign_editing=desk.editing,
        campaign_review=desk.review,
        campaign_sending=desk.sending,
        campaign_stopping=desk.stopping,
        campaign_scheduling=desk.scheduling,
        campaign_actions=desk.actions,
        statistics=desk.statistics,
        held_members=HeldMembers(world.campaigns, world.ledger, desk.runs, world.clock),
        recipients=Recipients(world.campaigns, world.ledger, world.clock),
    )
    return Api(services, TENANT, f"/v1/campaigns/{campaign.id}", world.clock)


def draft() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, desk.draft())


def pending_review() -> Api:
    desk = SendingDesk(3)
    made = desk.draft()
    desk.review.submit(TENANT, made.id, "anna")
    return _campaign(desk, made)


def approved() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, desk.approve(desk.draft()))


def _timed(desk: SendingDesk) -> Campaign:
    at = iso(desk.clock.now() + _HOUR_MS)
    return desk.approve(desk.draft(type=CampaignType.SCHEDULED, scheduled_at=at))


def approved_for_a_time() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, _timed(desk))


def approved_for_a_time_that_passed() -> Api:
    desk = SendingDesk(3)
    made = _timed(desk)
    desk.clock.advance(2 * 3600)
    return _campaign(desk, made)


def scheduled() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, desk.scheduling.schedule(TENANT, _timed(desk).id, "ben"))


def scheduled_and_due() -> Api:
    desk = SendingDesk(3)
    made = desk.scheduling.schedule(TENANT, _timed(desk).id, "ben")
    desk.clock.advance(3600)
    return _campaign(desk, made)


def _follow_up(desk: SendingDesk, original: Campaign) -> Campaign:
    followed = {"follow_up_of": original.id, "follow_up_after_hours": 2, "follow_up_condition": "not_opened"}
    return desk.approve(desk.draft(type=CampaignType.FOLLOW_UP, **followed), ("empty_audience",))


def follow_up_of_one_that_is_being_sent() -> Api:
    desk = SendingDesk(3)
    original = desk.send(desk.approve(desk.draft()))
    desk.world.plan(original, original.epoch)
    return _campaign(desk, _follow_up(desk, original))


def follow_up_before_its_time() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, _follow_up(desk, desk.sent()))


def follow_up_after_its_time() -> Api:
    desk = SendingDesk(3)
    made = _follow_up(desk, desk.sent())
    desk.clock.advance(3 * 3600)
    return _campaign(desk, made)


def sending() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, desk.send(desk.approve(desk.draft())))


def _paused(desk: SendingDesk) -> Campaign:
    made = desk.send(desk.approve(desk.draft()))
    desk.world.plan(made, made.epoch)
    desk.stopping.pause(TENANT, made.id, "ben", "typo")
    return made


def paused_before_it_is_settled() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, _paused(desk))


def paused_with_nothing_out() -> Api:
    desk = SendingDesk(3)
    made = _paused(desk)
    desk.world.loop(made, made.epoch)
    return _campaign(desk, made)


def paused_with_something_out() -> Api:
    desk = SendingDesk(60, rate=5.0)
    made = desk.send(desk.approve(desk.draft()))
    desk.world.plan(made, made.epoch)
    desk.world.round(made, made.epoch)
    desk.world.work_off(at_most=2)
    desk.stopping.pause(TENANT, made.id, "ben", "typo")
    desk.world.queue.waiting.clear()
    desk.world.loop(made, made.epoch)
    return _campaign(desk, made)


def paused_for_its_reputation() -> Api:
    desk = SendingDesk(3)
    made = desk.send(desk.approve(desk.draft()))
    assert desk.world.runs.pause(desk.stored(made), "bounces", cause=PauseCause.REPUTATION)
    return _campaign(desk, made)


def failed_of_which_nothing_went_out() -> Api:
    desk = SendingDesk(3)
    desk.world.provider.answer = _refuse_singly
    failed = desk.sent()
    assert failed.status is CampaignStatus.FAILED
    return _campaign(desk, failed)


def failed_for_want_of_an_audience() -> Api:
    desk = SendingDesk(3)
    nobody = {"target_type": TargetType.TAGS, "target_filter_json": {"any": ["nobody"]}}
    return _campaign(desk, desk.sent(("empty_audience",), **nobody))


def sent() -> Api:
    desk = SendingDesk(3)
    return _campaign(desk, desk.sent())


def sent_with_some_that_failed() -> Api:
    desk = SendingDesk(3)
    accept = desk.world.provider.answer

    def refuse_one(call: SendCall) -> Sequence[EntryOutcome]:
        answers = accept(call)
        members = [one.member_id for one in call.recipients]
        return [_refused(one) if one == "m001" else answer for one, answer in zip(members, answers, strict=True)]

    desk.world.provider.answer = refuse_one  # type: ignore[assignment]
    return _campaign(desk, desk.sent())


def sent_with_some_held_for_a_decision() -> Api:
    desk = SendingDesk(3)

    def lose(call: SendCall) -> Sequence[EntryOutcome]:
        raise UnknownOutcomeError("the answer got lost")

    desk.world.provider.answer = lose  # type: ignore[assignment]
    made = desk.approve(desk.draft())
    stored = desk.stored(made)
    stored.hold_unknown = True
    sending = desk.send(desk.campaigns.get(TENANT, made.id))
    desk.world.runs.change(sending, lambda fresh: setattr(fresh, "hold_unknown", True))
    desk.world.plan(sending, sending.epoch)
    desk.world.round(sending, sending.epoch)
    desk.world.work_off()
    desk.clock.advance(400)
    desk.world.pipeline.note_event(desk.clock.now())
    desk.world.loop(sending, sending.epoch)
    return _campaign(desk, sending)


def cancelled() -> Api:
    desk = SendingDesk(3)
    made = desk.approve(desk.draft())
    desk.stopping.cancel(TENANT, made.id, "ben")
    return _campaign(desk, made)


def _refused(member_id: str) -> Refused:
    return Refused(f"no such mailbox {member_id}", about_recipient=True)


def _refuse_singly(call: SendCall) -> list[EntryOutcome]:
    return [_refused(one.member_id) for one in call.recipients]


CAMPAIGNS: list[Callable[[], Api]] = [
    draft,
    pending_review,
    approved,
    approved_for_a_time,
    approved_for_a_time_that_passed,
    scheduled,
    scheduled_and_due,
    follow_up_of_one_that_is_being_sent,
    follow_up_before_its_time,
    follow_up_after_its_time,
    sending,
    paused_before_it_is_settled,
    paused_with_nothing_out,
    paused_with_something_out,
    paused_for_its_reputation,
    failed_of_which_nothing_went_out,
    failed_for_want_of_an_audience,
    sent,
    sent_with_some_that_failed,
    sent_with_some_held_for_a_decision,
    cancelled,
]


def _series(desk: SeriesDesk, series_id: str) -> Api:
    return Api(desk, "gym", f"/v1/series/{series_id}", desk.clock)


def series_draft() -> Api:
    desk = SeriesDesk()
    return _series(desk, desk.series_draft().id)


def series_pending_review() -> Api:
    desk = SeriesDesk()
    return _series(desk, desk.series_submitted().id)


def series_active() -> Api:
    desk = SeriesDesk()
    return _series(desk, desk.series_approved().id)


def series_paused() -> Api:
    desk = SeriesDesk()
    made = desk.series_approved()
    desk.series_stopping.pause("gym", made.id, "ben", None, None)
    return _series(desk, made.id)


def series_ended() -> Api:
    desk = SeriesDesk()
    made = desk.series_approved()
    desk.series_stopping.end("gym", made.id, "ben", None, None)
    return _series(desk, made.id)


SERIES_STATES: list[Callable[[], Api]] = [
    series_draft,
    series_pending_review,
    series_active,
    series_paused,
    series_ended,
]


def _single(desk: FollowUpDesk, follow_up_id: str) -> Api:
    return Api(desk, TENANT, f"/v1/follow-ups/{follow_up_id}", desk.clock)


def follow_up_pending() -> Api:
    desk = FollowUpDesk()
    return _single(desk, desk.create().id)


def follow_up_on_its_way() -> Api:
    desk = FollowUpDesk()
    made = desk.create()
    desk.clock.advance(3600)
    desk.fire()
    return _single(desk, made.id)


def follow_up_in_flight() -> Api:
    desk = FollowUpDesk()

    def lose(call: SendCall) -> Sequence[EntryOutcome]:
        raise UnknownOutcomeError("the answer got lost")

    desk.world.provider.answer = lose  # type: ignore[assignment]
    made = desk.create()
    desk.clock.advance(3600)
    desk.fire()
    desk.send()
    return _single(desk, made.id)


def follow_up_late() -> Api:
    desk = FollowUpDesk()
    made = desk.create(misfire_policy="ask")
    desk.clock.advance(48 * 3600)
    desk.fire()
    assert desk.stored(made).needs_decision is not None
    return _single(desk, made.id)


def follow_up_sent() -> Api:
    desk = FollowUpDesk()
    made = desk.create()
    desk.live(80)
    return _single(desk, made.id)


def follow_up_cancelled() -> Api:
    desk = FollowUpDesk()
    made = desk.create()
    desk.follow_ups.cancel(TENANT, made.id, "ben")
    return _single(desk, made.id)


FOLLOW_UPS: list[Callable[[], Api]] = [
    follow_up_pending,
    follow_up_on_its_way,
    follow_up_in_flight,
    follow_up_late,
    follow_up_sent,
    follow_up_cancelled,
]
