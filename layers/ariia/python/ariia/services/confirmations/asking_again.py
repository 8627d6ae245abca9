"""Sending the question of a double opt-in once more, for the back office."""

from __future__ import annotations

from dataclasses import dataclass

from ariia.domain.channel import Channel
from ariia.domain.consent.confirmation import looks_at, request_to
from ariia.domain.consent.refusal import ExclusionReason, refusal
from ariia.domain.creation import Created, Creation
from ariia.domain.errors import ConflictError, InvalidError, NotFoundError, Problem
from ariia.domain.members.member import Member
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock, Ids
from ariia.ports.members.members import MemberStore
from ariia.ports.senders import SenderDirectory
from ariia.ports.tenants import TenantStore
from ariia.services.confirmations.limits import ConfirmationLimits
from ariia.services.revisits import SOON, Revisits

_REASONS = {
    ExclusionReason.NO_ADDRESS: "the member has no e-mail address that can be written to",
    ExclusionReason.SUPPRESSED: "the member's address is suppressed",
    ExclusionReason.NO_CONSENT: "the member's consent to e-mail is not pending: there is nothing to confirm",
}


@dataclass(frozen=True)
class AskedAgain:
    """That the member is asked once more, since when (epoch ms)."""

    member_id: str
    channel: Channel
    asked_at: int


class AskingAgain:
    """Resends a confirmation e-mail through the normal path."""

    def __init__(
        self,
        members: MemberStore,
        tenants: TenantStore,
        senders: SenderDirectory,
        limits: ConfirmationLimits,
        revisits: Revisits,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._members, self._tenants, self._senders = members, tenants, senders
        self._limits, self._revisits, self._clock, self._ids = limits, revisits, clock, ids

    def ask(
        self, tenant_id: str, member_id: str, channel: Channel, creation: Creation | None = None
    ) -> Created[AskedAgain]:
        """Sends the question again; once for the same `creation`. NotFoundError; InvalidError for a channel without a
        double opt-in; ConflictError, with the reason, when it can't be sent; RateLimitError when member or address had
        theirs of the day."""
        if channel is not Channel.EMAIL:
            problem = Problem("channel", "has no double opt-in", value=channel.value, allowed=["email"])
            raise InvalidError("this channel has no double opt-in", problems=[problem])
        member = self._members.get(tenant_id, member_id)
        if member is None:
            raise NotFoundError(f"there is no member {member_id[:64]}")
        self._require_askable(self._tenants.get(tenant_id), member)
        now = self._clock.now()
        request = request_to(member, now, again=creation.id if creation else self._ids.new())
        assert request is not None
        asked_at = self._limits.require(tenant_id, request)
        self._revisits.arrange(looks_at(tenant_id, [request]), SOON)
        return Created(AskedAgain(member_id, channel, asked_at), replayed=asked_at != now)

    def _require_askable(self, tenant: Tenant | None, member: Member) -> None:
        if tenant is None or not tenant.settings.double_opt_in:
            raise ConflictError("the setting double_opt_in is off: nobody is asked for a confirmation")
        reason = refusal(member, Channel.EMAIL, asks=True)
        if reason is not None:
            raise ConflictError(_REASONS[reason])
        if tenant.default_sender is None or not self._senders.is_verified(tenant.id, tenant.default_sender):
            raise ConflictError("the tenant has no default_sender on a verified domain")
