"""Who waits for what may be lifted is woken when it is, however many they are, and looks at nothing meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from ariia.domain.revisits import Revisit, RevisitKind
from ariia.domain.rules.frequency_cap import FrequencyCap
from ariia.domain.rules.quiet_hours import QuietHours
from ariia.domain.tenants.tenant import Tenant, TenantSettings
from ariia.services.revisits import Revisits
from ariia.services.single_messages.waiting_room import LiftedLooks, ScheduledLifting, WaitingRoom
from ariia.services.tenants.tenants import Tenants
from tests.builders import TENANT
from tests.doubles.clock import ManualClock
from tests.doubles.jobs import MemoryJobs
from tests.doubles.schedules import MemorySchedules
from tests.doubles.tenants import MemoryTenants
from tests.unit.campaigns.campaign_desk import VerifiedDomains
from tests.unit.confirmations.confirmation_desk import ConfirmationDesk
from tests.unit.follow_ups.follow_up_desk import FollowUpDesk

HOUR_MS = 3_600_000


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.schedules = MemorySchedules(self.clock)
        self.revisits = Revisits(self.schedules, self.clock)
        self.room = WaitingRoom(MemoryJobs(), self.revisits)
        self.looks = LiftedLooks(self.room, self.revisits, self.clock)

    def enter(self, key: str, hours: float = 1, tenant_id: str = TENANT, **facts: Any) -> None:
        """One look at the follow-up `key` finds that it must wait for so long."""
        until = self.clock.now() + round(hours * HOUR_MS)
        self.room.look(follow_up(key, tenant_id, **facts), 60_000, lambda: until)

    def pass_minute(self) -> list[dict[str, Any]]:
        self.clock.advance(60)
        return self.schedules.fired(self.clock.now())


def follow_up(key: str, tenant_id: str = TENANT, **facts: Any) -> Revisit:
    return Revisit(RevisitKind.FOLLOW_UP, tenant_id, key, {"key": key, **facts})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_whoever_waits_is_woken_with_what_they_wait_for_and_nobody_elses(desk: Desk) -> None:
    desk.enter("anna")
    desk.enter("zoe", tenant_id="another")
    ScheduledLifting(desk.revisits, desk.clock).announce(TENANT)
    [announced] = desk.pass_minute()
    assert announced == {"kind": "lifted", "tenant_id": TENANT, "after": ""}
    assert desk.looks.look(TENANT, "") == 1
    assert desk.pass_minute() == [follow_up("anna").payload]


def test_whoever_is_due_is_left_to_their_own_schedule(desk: Desk) -> None:
    desk.enter("anna", hours=1)
    desk.clock.advance(3_601)
    own = list(desk.schedules.waiting)
    assert desk.looks.look(TENANT, "") == 0
    assert list(desk.schedules.waiting) == own


def test_the_same_one_waits_once_until_the_last_instant_that_was_said(desk: Desk) -> None:
    desk.enter("anna", hours=1)
    desk.enter("anna", hours=9, look=2)
    desk.clock.advance(2 * 3_600)
    assert desk.looks.look(TENANT, "") == 1
    assert follow_up("anna", look=2).payload in desk.pass_minute()


def test_all_of_many_are_woken_some_a_second(desk: Desk) -> None:
    for number in range(250):
        desk.enter(f"{number:03d}")
    desk.schedules.waiting.clear()
    assert desk.looks.look(TENANT, "") == 250
    by_second: dict[int, int] = {}
    for at, _ in desk.schedules.waiting.values():
        by_second[at] = by_second.get(at, 0) + 1
    assert max(by_second.values()) == 20
    assert {one["key"] for one in desk.pass_minute()} == {f"{number:03d}" for number in range(250)}


def test_what_one_invocation_has_no_time_for_is_left_to_the_next(desk: Desk) -> None:
    for number in range(250):
        desk.enter(f"{number:03d}")
    page = desk.room.page
    desk.room.page = lambda *place: (desk.clock.advance(20), page(*place))[1]  # type: ignore[method-assign]
    assert desk.looks.look(TENANT, "") == 200
    woken: list[str] = []
    for _ in range(3):
        for payload in desk.pass_minute():
            if payload["kind"] == "lifted":
                desk.looks.look(payload["tenant_id"], payload["after"])
            else:
                woken.append(payload["key"])
    assert sorted(woken) == [f"{number:03d}" for number in range(250)]


def test_a_change_of_what_may_be_waited_for_is_announced_before_it_is_stored() -> None:
    clock, store = ManualClock(), MemoryTenants()
    schedules = MemorySchedules(clock)
    store.create(Tenant(TENANT, "Studio"))
    tenants = Tenants(store, VerifiedDomains(), ScheduledLifting(Revisits(schedules, clock), clock), clock)
    changes: list[dict[str, Any]] = [
        {"settings": {"quiet_hours": {"email": QuietHours("21:00", "08:00")}}},
        {"settings": {"frequency_cap": FrequencyCap(per_day=1)}},
        {"timezone": "Asia/Tokyo"},
        {"default_sender": "Studio <news@studio.example>"},
    ]
    for change in changes:
        clock.advance(60)
        schedules.waiting.clear()
        tenants.change(TENANT, change, None)
        [(_, payload)] = schedules.waiting.values()
        assert payload == {"kind": "lifted", "tenant_id": TENANT, "after": ""}, change
    schedules.waiting.clear()
    tenants.change(TENANT, {"name": "Gym"}, None)
    assert schedules.waiting == {}

    store.save = lambda *_: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        tenants.change(TENANT, {"timezone": "Europe/Berlin"}, None)
    assert len(schedules.waiting) == 1


def test_nobody_looks_at_a_follow_up_while_it_is_quiet() -> None:
    quiet = TenantSettings(quiet_hours={"email": QuietHours("09:00", "20:00")})
    desk = FollowUpDesk(settings=quiet)
    desk.create()
    desk.live(65)
    looks = 0
    for _ in range(9 * 60):
        desk.clock.advance(60)
        looks += desk.fire()
    assert looks == 0


def test_rules_that_were_lifted_while_somebody_entered_are_seen() -> None:
    quiet = TenantSettings(quiet_hours={"email": QuietHours("09:00", "20:00")})
    desk: FollowUpDesk

    def lifting(name: str, port: Any) -> Any:
        if name == "jobs":
            create = port.create

            def create_while_lifted(job: Any) -> bool:
                made: bool = create(job)
                tenant = desk.tenants.get(TENANT)
                assert tenant is not None
                tenant.settings = TenantSettings()
                desk.tenants.save(tenant, [])
                return made

            port.create = create_while_lifted
        return port

    desk = FollowUpDesk(lifting, settings=quiet)
    made = desk.create()
    desk.live(65)
    assert desk.stored(made).status == "sent"


def test_nobody_looks_at_a_question_while_it_is_quiet() -> None:
    desk = ConfirmationDesk(
        settings=TenantSettings(double_opt_in=True, quiet_hours={"email": QuietHours("07:00", "20:00")})
    )
    desk.sign_up()
    desk.live(5)
    assert [desk.fire() for _ in range(60) if not desk.clock.advance(60)] == [0] * 60
