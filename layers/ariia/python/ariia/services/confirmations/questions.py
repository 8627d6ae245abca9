"""How the question of a double opt-in stands, for staff who ask why a member has not answered."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import request_to
from ariia.domain.consent.refusal import refusal
from ariia.domain.errors import InvalidError, NotFoundError, Problem
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.members.member import Member
from ariia.domain.next_steps.waits import Wait
from ariia.domain.recipients.recipient import Recipient
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.wait_cause import WaitCause
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberStore
from ariia.ports.senders import SenderDirectory
from ariia.ports.tenants import TenantStore
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.single_messages.messages import SingleMessages

_MANY = 100


@dataclass(frozen=True)
class OpenQuestion:
    """A question that a member has not answered. `sent_at` (epoch ms): when the provider took the latest message with
    it, None = none so far; `waits`: what it waits for, None = it goes out no more."""

    member_id: str
    channel: Channel
    sent_at: int | None
    waits: Wait | None


class ConfirmationQuestions:
    """Reads what is known of questions; changes nothing."""

    def __init__(
        self,
        members: MemberStore,
        tenants: TenantStore,
        senders: SenderDirectory,
        singles: SingleMessages,
        asked: AskedConfirmations,
        clock: Clock,
    ) -> None:
        self._members, self._tenants, self._senders = members, tenants, senders
        self._singles, self._asked, self._clock = singles, asked, clock

    def of(self, tenant_id: str, member_id: str, channel: Channel) -> OpenQuestion:
        """The member's open question. NotFoundError for an unknown member, and for one who waits for no confirmation;
        InvalidError for a channel without a double opt-in."""
        if channel is not Channel.EMAIL:
            problem = Problem("channel", "has no double opt-in", value=channel.value, allowed=["email"])
            raise InvalidError("this channel has no double opt-in", problems=[problem])
        member = self._members.get(tenant_id, member_id)
        if member is None:
            raise NotFoundError(f"there is no member {member_id[:64]}")
        request = request_to(member, self._clock.now())
        if request is None:
            raise NotFoundError("this member waits for no confirmation")
        own = container_id(DispatchKind.CONFIRMATION, tenant_id, request.id)
        asked = {own, *self._asked.page(tenant_id, member_id, _MANY, None)}
        messages = [one for each in asked for one in self._singles.recipients(tenant_id, each, [member_id])]
        # Earlier questions, of another word or address, are no answer to this one.
        sent = [
            one.sent_at
            for one in messages
            if one.sent_at and (one.campaign_id == own or one.sent_at >= request.said_at)
        ]
        return OpenQuestion(member_id, channel, max(sent, default=None), self._wait(member, messages, bool(sent)))

    def next_wait(self, member: Member) -> Wait | None:
        """What a question waits for that is not on its way yet; None when it goes out no more."""
        tenant, now = self._tenants.get(member.tenant_id), self._clock.now()
        if tenant is None or not tenant.settings.double_opt_in or refusal(member, Channel.EMAIL, asks=True) is not None:
            return None
        opens_at = rules_of(tenant).member_opening(Channel.EMAIL, member.timezone, now)
        if opens_at > now:
            return Wait(WaitCause.QUIET_HOURS, opens_at)
        if tenant.default_sender is None or not self._senders.is_verified(tenant.id, tenant.default_sender):
            return Wait(WaitCause.SENDER)
        return self._singles.in_turn(Channel.EMAIL, Wait(WaitCause.RATE))

    def _wait(self, member: Member, messages: list[Recipient], was_sent: bool) -> Wait | None:
        waiting = [one.waits for one in messages if one.waits is not None]
        if waiting:
            return waiting[0]
        return Wait(WaitCause.ANSWER) if was_sent else self.next_wait(member)
