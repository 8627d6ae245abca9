"""What happens to a follow-up when its time has come, and until its message is settled. Every step may be killed and
repeated: the next look is arranged before anything else is done."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.consent.refusal import refusal
from ariia.domain.errors import InvalidError, NotFoundError, TransientError
from ariia.domain.follow_ups import FollowUpStatus, ScheduledFollowUp
from ariia.domain.members.member import Member
from ariia.domain.rules.misfire import Misfire, MisfirePolicy, late_reason
from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.members.members import MemberScan
from ariia.ports.tenants import TenantStore
from ariia.services.follow_ups.content import FollowUpContents
from ariia.services.follow_ups.ending import SYSTEM, FollowUpEnding, is_cancelled, stub
from ariia.services.single_messages.messages import SingleMessages, Standing
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import WaitingRoom
from ariia.services.tenants.quotas import Quotas

_TRIES = 8


@dataclass(frozen=True)
class FollowUpPolicy:
    """Times in seconds: when a follow-up on its way is looked at again, and how long the provider may refuse to send
    for the account before the follow-up fails."""

    again_seconds: int = 120
    give_up_seconds: int = 86_400


class FollowUpRuns:
    """Fires follow-ups and looks after them."""

    def __init__(
        self,
        store: FollowUpStore,
        ending: FollowUpEnding,
        singles: SingleMessages,
        settler: SingleSettler,
        contents: FollowUpContents,
        members: MemberScan,
        tenants: TenantStore,
        quotas: Quotas,
        room: WaitingRoom,
        clock: Clock,
        policy: FollowUpPolicy | None = None,
    ) -> None:
        self._store, self._ending, self._contents = store, ending, contents
        self._singles, self._settler, self._room = singles, settler, room
        self._members, self._tenants, self._quotas, self._clock = members, tenants, quotas, clock
        self._policy = policy or FollowUpPolicy()

    def run(self, tenant_id: str, follow_up_id: str) -> ScheduledFollowUp | None:
        """Does what is due now; the follow-up as it stands then. None for one that was never saved: what was reserved
        for it is given back."""
        follow_up = self._store.get(tenant_id, follow_up_id)
        if follow_up is None:
            self._quotas.give_back(tenant_id, Feature.FOLLOW_UPS, follow_up_id, self._clock.now())
            return None
        if not follow_up.is_over:
            follow_up = self._bring_on(follow_up)
        if follow_up.is_over:
            self._ending.account(follow_up)
        return follow_up

    def _bring_on(self, follow_up: ScheduledFollowUp) -> ScheduledFollowUp:
        def work() -> int | None:
            nonlocal follow_up
            follow_up, wake_at = self._step(follow_up)
            return wake_at

        self._room.look(follow_up.revisit, self._policy.again_seconds * 1000, work)
        return follow_up

    def _step(self, follow_up: ScheduledFollowUp) -> tuple[ScheduledFollowUp, int | None]:
        """One step, and when the next one makes sense (epoch ms, None = no more)."""
        for _ in range(_TRIES):
            if follow_up.is_over:
                return follow_up, None
            step = self._fire if follow_up.sending_at is None else self._settle
            wake_at, is_changed = step(follow_up)
            if not is_changed or self._store.save(follow_up):
                if follow_up.is_over or wake_at is not None or follow_up.sending_at is None:
                    return follow_up, wake_at
                # It has just been claimed: the message is next.
                continue
            follow_up = self._read(follow_up)
        raise TransientError("the follow-up changed too often; it comes again")

    def _fire(self, follow_up: ScheduledFollowUp) -> tuple[int | None, bool]:
        """What a waiting one becomes: (when to look again, whether the record changed)."""
        now = self._clock.now()
        if follow_up.needs_decision is not None:
            return None, False
        if now < follow_up.follow_up_at:
            return follow_up.follow_up_at, False
        member = self._member(follow_up)
        refused = refusal(member, follow_up.channel)
        if refused is not None or member is None:
            follow_up.end(FollowUpStatus.CANCELLED, at=now, by=SYSTEM, reason=str(refused))
            return None, True
        tenant = self._tenant(follow_up)
        opens_at = _opening(tenant, follow_up.channel, member, now)
        if opens_at > now:
            return opens_at, False
        return None, self._judge(follow_up, tenant, member, now)

    def _judge(self, follow_up: ScheduledFollowUp, tenant: Tenant, member: Member, now: int) -> bool:
        """Claims it, or lets the misfire policy speak; quiet hours are no reason to be called late."""
        due = _opening(tenant, follow_up.channel, member, follow_up.follow_up_at)
        verdict = MisfirePolicy.SEND if follow_up.decided_at else _misfire(follow_up, tenant).judge(due, now)
        if verdict is MisfirePolicy.SKIP:
            follow_up.end(FollowUpStatus.CANCELLED, at=now, by=SYSTEM, reason="expired", error=late_reason(due, now))
        elif verdict is MisfirePolicy.ASK:
            follow_up.needs_decision, follow_up.updated_at = late_reason(due, now), now
        else:
            follow_up.sending_at = follow_up.updated_at = now
        return True

    def _settle(self, follow_up: ScheduledFollowUp) -> tuple[int | None, bool]:
        """Brings the message of a claimed one on: (when to look again, whether the record changed)."""
        members, now = [follow_up.member_id], self._clock.now()
        try:
            standing = self._settler.settle(follow_up.tenant_id, follow_up.container_id, members)
        except NotFoundError:
            return self._prepare(follow_up, now)
        if standing.is_over:
            follow_up.end_as(standing.entries[0], at=now, by=SYSTEM)
            return None, True
        return self._wait(follow_up, standing, now)

    def _prepare(self, follow_up: ScheduledFollowUp, now: int) -> tuple[int | None, bool]:
        tenant = self._tenant(follow_up)
        try:
            content = self._contents.of(follow_up, tenant)
        except InvalidError as error:
            follow_up.end(FollowUpStatus.FAILED, at=now, by=SYSTEM, reason="invalid", error=error.message)
            return None, True
        container = self._contents.container(follow_up, tenant)
        self._singles.prepare(container, content, [follow_up.member_id], not_after=self._not_after(follow_up, tenant))
        return now + self._policy.again_seconds * 1000, False

    def _not_after(self, follow_up: ScheduledFollowUp, tenant: Tenant) -> int | None:
        """With the misfire policy `skip` the message also expires while it waits, counted from `sending_at`."""
        misfire = _misfire(follow_up, tenant)
        if misfire.policy is not MisfirePolicy.SKIP or follow_up.decided_at or follow_up.sending_at is None:
            return None
        return follow_up.sending_at + misfire.after_seconds * 1000

    def _wait(self, follow_up: ScheduledFollowUp, standing: Standing, now: int) -> tuple[int | None, bool]:
        started = follow_up.sending_at or now
        if standing.stopped and now - started > self._policy.give_up_seconds * 1000:
            given_up = self._singles.cancel(stub(follow_up), follow_up.member_id)
            if given_up.is_over:
                follow_up.end_as(given_up.entries[0], at=now, by=SYSTEM)
                if is_cancelled(follow_up):
                    follow_up.end(FollowUpStatus.FAILED, at=now, by=SYSTEM, reason="stopped", error=standing.stopped)
                return None, True
        return max(standing.wake_at or now, now + 1000), False

    def _read(self, follow_up: ScheduledFollowUp) -> ScheduledFollowUp:
        fresh = self._store.get(follow_up.tenant_id, follow_up.id)
        if fresh is None:
            raise NotFoundError("there is no follow-up with this id")
        return fresh

    def _member(self, follow_up: ScheduledFollowUp) -> Member | None:
        return self._members.get_many(follow_up.tenant_id, [follow_up.member_id]).get(follow_up.member_id)

    def _tenant(self, follow_up: ScheduledFollowUp) -> Tenant:
        tenant = self._tenants.get(follow_up.tenant_id)
        if tenant is None:
            raise TransientError("the tenant is not set up")
        return tenant


def _misfire(follow_up: ScheduledFollowUp, tenant: Tenant) -> Misfire:
    chosen = tenant.settings.misfire
    return Misfire(follow_up.misfire_policy or chosen.policy, chosen.after_seconds)


def _opening(tenant: Tenant, channel: Channel, member: Member, at: int) -> int:
    return rules_of(tenant).member_opening(channel, member.timezone, at)
