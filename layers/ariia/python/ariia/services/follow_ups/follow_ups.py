"""Follow-ups as clients make, read, change and stop them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ariia.domain.channel import Channel
from ariia.domain.concurrency import changed_meanwhile, require_version
from ariia.domain.creation import Created, Creation, require_same
from ariia.domain.errors import ConflictError, ForbiddenError, InvalidError, LimitError, NotFoundError, Problem
from ariia.domain.events import data_problem, event_names_problem
from ariia.domain.follow_ups import MAX_AHEAD_MS, FollowUpStatus, ScheduledFollowUp, require_open
from ariia.domain.ledger.receipt import RecipientStatus
from ariia.domain.local_time import at_local
from ariia.domain.members.member import Member
from ariia.domain.next_steps.waits import Wait
from ariia.domain.recipients.recipient import Recipient
from ariia.domain.storable import require_storable
from ariia.domain.tenants.plan import Feature
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.tenants.tenant import Tenant
from ariia.domain.text_values import FieldError, timezone
from ariia.domain.wait_cause import WaitCause
from ariia.ports.clock import Clock, Ids
from ariia.ports.follow_ups import FollowUpStore
from ariia.ports.members.members import MemberScan
from ariia.ports.tenants import TenantStore
from ariia.services.follow_ups.content import FollowUpContents
from ariia.services.follow_ups.ending import FollowUpEnding
from ariia.services.revisits import REQUEST_MS, Revisits
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.tenants.quotas import Quotas

# A client's clock, and a request that was on its way, may be this much behind.
_PAST_MS = 300_000
_TIMES = {"follow_up_at", "follow_up_local", "follow_up_timezone"}


@dataclass(frozen=True)
class FollowUpDetails:
    """A follow-up with what became of its message (None while it is not on its way), and what it waits for (None when
    it is over)."""

    follow_up: ScheduledFollowUp
    delivery: Recipient | None = None
    waits: Wait | None = None

    def open_actions(self) -> list[str]:
        """The operations of the API that its state allows."""
        is_settled = self.delivery is not None and self.delivery.status is not RecipientStatus.PENDING
        is_held = self.waits is not None and self.waits.cause in (WaitCause.IN_FLIGHT, WaitCause.UNKNOWN_OUTCOME)
        return self.follow_up.open_actions(in_flight=is_settled or is_held)


class FollowUps:
    """Use cases around follow-ups. A schedule without its record does nothing, a record always has a schedule."""

    def __init__(
        self,
        store: FollowUpStore,
        revisits: Revisits,
        singles: SingleMessages,
        contents: FollowUpContents,
        ending: FollowUpEnding,
        members: MemberScan,
        tenants: TenantStore,
        quotas: Quotas,
        clock: Clock,
        ids: Ids,
        channels: frozenset[Channel],
    ) -> None:
        """`channels` are those set up in this deployment."""
        self._store, self._revisits, self._singles, self._contents = store, revisits, singles, contents
        self._ending, self._members, self._tenants, self._quotas = ending, members, tenants, quotas
        self._clock, self._ids, self._channels = clock, ids, channels

    def create(
        self, tenant_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None = None
    ) -> Created[ScheduledFollowUp]:
        """A new follow-up of `fields` (the names of the concept). InvalidError naming each wrong field, or when the key
        of `creation` was used for another one; LimitError when the plan has no more in the month of its time."""
        follow_up_id = creation.id if creation else self._ids.new()
        earlier = self._store.get(tenant_id, follow_up_id) if creation else None
        if earlier is None:
            made = self._new(tenant_id, follow_up_id, by, fields, creation)
            if self._commit_new(made):
                return Created(made, replayed=False)
            earlier = self.get(tenant_id, follow_up_id)
        require_same(creation, earlier.idempotency_fingerprint)
        return Created(earlier, replayed=True)

    def get(self, tenant_id: str, follow_up_id: str) -> ScheduledFollowUp:
        """The follow-up; NotFoundError."""
        follow_up = self._store.get(tenant_id, follow_up_id)
        if follow_up is None:
            raise NotFoundError("there is no follow-up with this id")
        return follow_up

    def details(self, tenant_id: str, follow_up_id: str) -> FollowUpDetails:
        """The follow-up with what the ledger says about its message at this moment; NotFoundError."""
        return self._detailed(self.get(tenant_id, follow_up_id))

    def of_member(
        self, tenant_id: str, member_id: str, limit: int, after: str | None
    ) -> tuple[list[FollowUpDetails], str | None]:
        """A member's follow-ups, newest first, and where to go on."""
        found, end = self._store.of_member(tenant_id, member_id, limit, after)
        return [self._detailed(one) for one in found], end

    def of_conversation(
        self, tenant_id: str, conversation_id: str, limit: int, after: str | None
    ) -> tuple[list[FollowUpDetails], str | None]:
        """A conversation's follow-ups, newest first, and where to go on."""
        found, end = self._store.of_conversation(tenant_id, conversation_id, limit, after)
        return [self._detailed(one) for one in found], end

    def change(self, tenant_id: str, follow_up_id: str, fields: Mapping[str, Any], version: int) -> ScheduledFollowUp:
        """The follow-up with `fields` applied, while it waits. NotFoundError; ConflictError when it is over, on its way
        or another version; InvalidError; LimitError when its new month has no more."""
        follow_up = self.get(tenant_id, follow_up_id)
        require_version(version, follow_up.version)
        require_open(follow_up, "changed")
        changed = self._applied(replace(follow_up), fields)
        changed.updated_at = self._clock.now()
        # A look that was arranged for earlier finds that it is early and waits on; a later one would be too late.
        self._wake(changed)
        self._quotas.reserve(tenant_id, Feature.FOLLOW_UPS, changed.id, changed.follow_up_at)
        if not self._store.save(changed):
            raise changed_meanwhile()
        return changed

    def cancel(self, tenant_id: str, follow_up_id: str, by: str, reason: str | None = None) -> ScheduledFollowUp:
        """Ends it unsent; cancelling again changes nothing. NotFoundError; ConflictError when its message is already
        sending or sent, which it says."""
        ended = self._ending.cancel(self.get(tenant_id, follow_up_id), by=by, reason=reason or "cancelled")
        if ended.status is FollowUpStatus.CANCELLED:
            return ended
        if ended.is_over:
            raise ConflictError(f"this follow-up is already {ended.status}", about=ended)
        raise ConflictError("this follow-up is already sending", about=ended)

    def decide(self, tenant_id: str, follow_up_id: str, by: str, *, send: bool) -> ScheduledFollowUp:
        """A person's word on one that was late: it goes now, or is cancelled. ConflictError when nobody asked."""
        follow_up = self.get(tenant_id, follow_up_id)
        require_open(follow_up, "decided")
        if follow_up.needs_decision is None:
            raise ConflictError("this follow-up waits for no decision", about=follow_up)
        if not send:
            return self._ending.cancel(follow_up, by=by, reason="skipped")
        now = self._clock.now()
        self._revisits.arrange(follow_up.revisit, now, REQUEST_MS)
        follow_up.needs_decision, follow_up.decided_at, follow_up.updated_at = None, now, now
        if not self._store.save(follow_up):
            raise changed_meanwhile()
        return follow_up

    def _commit_new(self, made: ScheduledFollowUp) -> bool:
        """The look first: should this crash, it finds no record and gives the plan's unit back."""
        self._wake(made)
        try:
            self._quotas.reserve(made.tenant_id, Feature.FOLLOW_UPS, made.id, made.follow_up_at)
        except LimitError:
            self._revisits.done(made.revisit, made.follow_up_at)
            raise
        return self._store.create(made)

    def _wake(self, follow_up: ScheduledFollowUp) -> None:
        self._revisits.arrange(follow_up.revisit, follow_up.follow_up_at, REQUEST_MS)

    def _new(
        self, tenant_id: str, follow_up_id: str, by: str, fields: Mapping[str, Any], creation: Creation | None
    ) -> ScheduledFollowUp:
        now = self._clock.now()
        empty = ScheduledFollowUp(
            id=follow_up_id,
            tenant_id=tenant_id,
            member_id=fields["member_id"],
            follow_up_at=0,
            message_template="",
            created_by=by,
            created_at=now,
            updated_at=now,
            idempotency_fingerprint=creation.fingerprint if creation else None,
        )
        return self._applied(empty, fields)

    def _applied(self, follow_up: ScheduledFollowUp, fields: Mapping[str, Any]) -> ScheduledFollowUp:
        """`follow_up` with `fields`, in order; InvalidError for each that is not."""
        for name, value in fields.items():
            setattr(follow_up, name, value)
        tenant, member = self._tenant(follow_up.tenant_id), self._member(follow_up)
        if _TIMES & fields.keys() or not follow_up.follow_up_at:
            self._set_time(follow_up, fields, member.timezone or tenant.timezone)
        problems = [
            event_names_problem(follow_up.cancel_on, "cancel_on"),
            data_problem(follow_up.ai_context_json, "ai_context_json"),
            self._channel_problem(follow_up.channel),
        ]
        found = [one for one in problems if one is not None]
        if found:
            raise InvalidError("the follow-up is not valid", problems=found)
        require_storable(follow_up, "message_template")
        self._contents.require_valid(follow_up, tenant, member)
        return follow_up

    def _set_time(self, follow_up: ScheduledFollowUp, fields: Mapping[str, Any], zone: str) -> None:
        if fields.get("follow_up_at") is not None:
            if fields.get("follow_up_local") or fields.get("follow_up_timezone"):
                raise InvalidError.of("follow_up_local", "can't be given beside follow_up_at, which is an instant")
            follow_up.follow_up_local = follow_up.follow_up_timezone = None
        elif follow_up.follow_up_local is None:
            raise InvalidError.of("follow_up_at", "is required, or follow_up_local")
        else:
            follow_up.follow_up_timezone = _zone(follow_up.follow_up_timezone or zone)
            local = datetime.fromisoformat(follow_up.follow_up_local)
            follow_up.follow_up_at = at_local(local, follow_up.follow_up_timezone)
        now = self._clock.now()
        if not now - _PAST_MS <= follow_up.follow_up_at <= now + MAX_AHEAD_MS:
            raise InvalidError.of("follow_up_at", "must lie in the future", allowed="at most 366 days ahead")

    def _channel_problem(self, channel: Channel) -> Problem | None:
        if channel in self._channels:
            return None
        allowed = sorted(self._channels)
        return Problem("channel", "is not set up in this deployment", value=str(channel), allowed=allowed)

    def _detailed(self, follow_up: ScheduledFollowUp) -> FollowUpDetails:
        if follow_up.sending_at is None:
            return FollowUpDetails(follow_up, waits=self._before_sending(follow_up))
        found = self._singles.recipients(follow_up.tenant_id, follow_up.container_id, [follow_up.member_id])
        waits = found[0].waits if found else Wait(WaitCause.RATE)
        return FollowUpDetails(follow_up, found[0] if found else None, None if follow_up.is_over else waits)

    def _before_sending(self, follow_up: ScheduledFollowUp) -> Wait | None:
        now = self._clock.now()
        if follow_up.is_over:
            return None
        if follow_up.needs_decision is not None:
            return Wait(WaitCause.DECISION, reason=follow_up.needs_decision)
        if now < follow_up.follow_up_at:
            return Wait(WaitCause.TIME, follow_up.follow_up_at)
        tenant = self._tenants.get(follow_up.tenant_id)
        member = self._members.get_many(follow_up.tenant_id, [follow_up.member_id]).get(follow_up.member_id)
        opens_at = (
            rules_of(tenant).member_opening(follow_up.channel, member.timezone, now) if tenant and member else now
        )
        return Wait(WaitCause.QUIET_HOURS, opens_at) if opens_at > now else Wait(WaitCause.RATE)

    def _member(self, follow_up: ScheduledFollowUp) -> Member:
        member = self._members.get_many(follow_up.tenant_id, [follow_up.member_id]).get(follow_up.member_id)
        if member is None:
            raise InvalidError.of("member_id", "is no member of this tenant", follow_up.member_id)
        return member

    def _tenant(self, tenant_id: str) -> Tenant:
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            raise ForbiddenError("this tenant is not set up")
        return tenant


def _zone(name: str) -> str:
    try:
        return timezone(name)
    except FieldError as error:
        problem = error.problem("follow_up_timezone", name)
        raise InvalidError("follow_up_timezone is no time zone", problems=[problem]) from error
