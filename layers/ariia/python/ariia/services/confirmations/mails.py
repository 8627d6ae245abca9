"""The e-mail that asks for a confirmation: put into a container of its own, queued, and looked after until it is
settled. Every step may be killed and repeated: the next look is arranged before anything else is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ariia.domain.channel import Channel
from ariia.domain.confirmations.texts import content_for
from ariia.domain.consent.confirmation import ASKED_FOR_MS, LINK_DAYS, ConfirmationRequest, looks_at
from ariia.domain.consent.refusal import refusal
from ariia.domain.content.content import Content
from ariia.domain.content.variables.roots import tenant_view
from ariia.domain.documents import encode
from ariia.domain.errors import NotFoundError
from ariia.domain.ledger.containers import DispatchKind, container_id
from ariia.domain.ledger.dispatch import Dispatch
from ariia.domain.members.member import Member
from ariia.domain.senders import parse_from
from ariia.domain.tenants.sending_rules import rules_of
from ariia.domain.tenants.tenant import Tenant
from ariia.ports.clock import Clock
from ariia.ports.members.members import MemberScan
from ariia.ports.senders import SenderDirectory
from ariia.ports.tenants import TenantStore
from ariia.services.confirmations.asked import AskedConfirmations
from ariia.services.confirmations.limits import ConfirmationLimits
from ariia.services.single_messages.messages import SingleMessages
from ariia.services.single_messages.settling import SingleSettler
from ariia.services.single_messages.waiting_room import WaitingRoom

_AGAIN_MS = 150_000
_WITHOUT_SENDER_MS = 3_600_000
# What the questions say rests once for each language and sender: the owner of these messages.
_MESSAGES = "confirmations"


@dataclass
class ConfirmationLook:
    """Result of one pass: confirmation e-mails still open, and those that the daily limit dropped."""

    waiting: int = 0
    limited: int = 0
    wake_at: int | None = None

    def wait(self, until: int) -> None:
        """One more waits, until then (epoch ms) at least."""
        self.waiting += 1
        self.wake_at = until if self.wake_at is None else min(self.wake_at, until)


class ConfirmationMails:
    """Sends each double-opt-in e-mail exactly once."""

    def __init__(
        self,
        members: MemberScan,
        tenants: TenantStore,
        senders: SenderDirectory,
        singles: SingleMessages,
        settler: SingleSettler,
        limits: ConfirmationLimits,
        asked: AskedConfirmations,
        room: WaitingRoom,
        clock: Clock,
    ) -> None:
        self._members, self._tenants, self._senders, self._room = members, tenants, senders, room
        self._limits, self._asked = limits, asked
        self._singles, self._settler, self._clock = singles, settler, clock

    def look(self, tenant_id: str, requests: Sequence[ConfirmationRequest]) -> ConfirmationLook:
        """Brings the questions on. Raises what the last question that failed raised, after all the others had their
        turn; it is looked at again."""
        report = ConfirmationLook()

        def work() -> int | None:
            nonlocal report
            report = self._look(tenant_id, requests)
            return report.wake_at

        self._room.look(looks_at(tenant_id, requests), _AGAIN_MS, work)
        return report

    def _look(self, tenant_id: str, requests: Sequence[ConfirmationRequest]) -> ConfirmationLook:
        report, tenant = ConfirmationLook(), self._tenants.get(tenant_id)
        members = self._members.get_many(tenant_id, [one.member_id for one in requests])
        fault: Exception | None = None
        for request in requests:
            try:
                self._bring_on(tenant, tenant_id, request, members.get(request.member_id), report)
            except Exception as error:
                fault = error
        if fault is not None:
            raise fault
        return report

    def _bring_on(
        self,
        tenant: Tenant | None,
        tenant_id: str,
        request: ConfirmationRequest,
        member: Member | None,
        report: ConfirmationLook,
    ) -> None:
        container, now = _container(tenant_id, request), self._clock.now()
        is_open = request.is_open(member) and refusal(member, Channel.EMAIL, asks=True) is None
        try:
            standing = self._settler.settle(tenant_id, container.id, [request.member_id])
        except NotFoundError:
            self._put(tenant, container, request, member if is_open else None, report)
            return
        if not is_open and not standing.is_over and not standing.in_flight:
            # They answered by another link, said no, or have another address by now.
            standing = self._singles.cancel(container, request.member_id)
        if not standing.is_over:
            report.wait(max(standing.wake_at or now, now + 1_000))

    def _put(
        self,
        tenant: Tenant | None,
        container: Dispatch,
        request: ConfirmationRequest,
        member: Member | None,
        report: ConfirmationLook,
    ) -> None:
        """`member` is None when nobody waits for the question; at first they may not be stored yet."""
        now = self._clock.now()
        if tenant is None or not tenant.settings.double_opt_in or now > request.asked_at + ASKED_FOR_MS:
            return
        if member is None:
            if now < request.asked_at + _AGAIN_MS:
                report.wait(now)
            return
        rules, content = rules_of(tenant), self._content(tenant, member)
        opens_at = rules.member_opening(Channel.EMAIL, member.timezone, now)
        if opens_at > now or content is None:
            report.wait(opens_at if opens_at > now else now + _WITHOUT_SENDER_MS)
        elif self._limits.allow(tenant.id, request):
            latest = request.asked_at + ASKED_FOR_MS
            # First, as the message is found by it when the member wants their data, or wants to be forgotten.
            self._asked.note(tenant.id, member.id, container.id)
            made = replace(container, rules=rules)
            self._singles.prepare(made, content, [member.id], message_of=_MESSAGES, not_after=latest)
            report.wait(now)
        else:
            report.limited += 1

    def _content(self, tenant: Tenant, member: Member) -> Content | None:
        """None while the tenant has no sender to send it from: its domain was removed since the setting was made."""
        sender = tenant.default_sender
        if sender is None or not self._senders.is_verified(tenant.id, sender):
            return None
        content = content_for(member.language or tenant.language, LINK_DAYS)
        header = parse_from(sender, "default_sender").header
        return replace(content, from_address=header, tenant=tenant_view(encode(tenant)))


def _container(tenant_id: str, request: ConfirmationRequest) -> Dispatch:
    """What the question goes out in: tracked by nobody, and counted against nothing."""
    return Dispatch(
        id=container_id(DispatchKind.CONFIRMATION, tenant_id, request.id),
        tenant_id=tenant_id,
        name="Confirmation",
        kind=DispatchKind.CONFIRMATION,
        track_opens=False,
        track_clicks=False,
    )
